"""What each check is called, what it says and what to do about it, in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Check:
    """A check.

    Parameters
    ----------
    title
        What is checked.
    what
        The sentence of a finding; names in braces are figures and words of it.
    do
        What to do about one.
    """

    title: Texts
    what: Texts
    do: Texts


def _check(title: tuple[str, str], what: tuple[str, str], do: tuple[str, str]) -> Check:
    return Check(*({"sv": sv, "en": en} for sv, en in (title, what, do)))


_RUN_AGAIN = ("Kör om; kvarstår felet är det ett fel i verktyget.", "Run again; if it remains, the toolkit is wrong.")
_INPUT = (
    "Rätta indata och kör om.",
    "Correct the input and run again.",
)

CHECKS: Mapping[str, Check] = {
    "duplicate": _check(
        ("Ingen cell två gånger", "No cell twice"),
        ("Samma cell har {n} rader.", "The same cell has {n} rows."),
        _INPUT,
    ),
    "unknown_edition": _check(
        ("Områdesindelningen finns", "The areas are there"),
        (
            "Uppgifter ges för {which}, men områdena finns inte.",
            "Figures are given for {which}, but its areas are not.",
        ),
        ("Lägg till indelningen under [areas].", "Add the edition under [areas]."),
    ),
    "unknown_area": _check(
        ("Områdeskoderna finns", "Area codes are known"),
        ("Koden finns inte i {which}.", "The code is not in {which}."),
        (
            "Kontrollera koden (text med inledande nollor) och vilken indelning tabellen gäller.",
            "Check the code (text with leading zeros) and which edition the table is for.",
        ),
    ),
    "figure_missing": _check(
        ("Visade celler har ett värde", "Shown cells have a figure"),
        ("Cellen visas men har inget värde.", "The cell is shown but has no figure."),
        _RUN_AGAIN,
    ),
    "figure_hidden": _check(
        ("Dolda celler har inget värde", "Hidden cells have no figure"),
        (
            "Cellen är dold men bär en uppgift ({column}).",
            "The cell is hidden but carries a figure ({column}).",
        ),
        (
            "Lämna inte ut tabellen; skydda om rådata.",
            "Do not release the table; protect the raw figures again.",
        ),
    ),
    "parts_given": _check(
        ("Det skyddet döljer är dolt", "What the policy hides is hidden"),
        ("{column} är ifylld, och {policy} döljer den.", "{column} is given, and {policy} hides it."),
        ("Lämna inte ut tabellen; skydda om rådata.", "Do not release the table; protect the raw figures again."),
    ),
    "zero": _check(
        ("Noll är noll", "Zero is zero"),
        ("Cellen säger noll, men värdet är {value}.", "The cell says zero, but the figure is {value}."),
        _INPUT,
    ),
    "range": _check(
        ("Värden är möjliga", "Figures are possible"),
        ("{value} ligger utanför det möjliga, {low} till {high}.", "{value} is outside the possible, {low} to {high}."),
        (
            "Kontrollera täljare, nämnare och enhet i definitionen och i indata.",
            "Check numerator, denominator and unit in the declaration and the input.",
        ),
    ),
    "class_value": _check(
        ("Klasser finns", "Classes exist"),
        ("{value} är ingen av klasserna 1 till {high}.", "{value} is none of the classes 1 to {high}."),
        ("Kontrollera gränserna i definitionen.", "Check the cuts in the declaration."),
    ),
    "parts": _check(
        ("Värdet är täljare genom nämnare", "The figure is numerator over denominator"),
        (
            "Värdet är {value}, men täljare och nämnare ger {expected}.",
            "The figure is {value}, but numerator and denominator give {expected}.",
        ),
        _INPUT,
    ),
    "bounds": _check(
        ("Värdet ligger inom sina gränser", "The figure lies within its bounds"),
        (
            "Värdet {value} och dess osäkerhet ({column}) går inte ihop.",
            "The figure {value} and its uncertainty ({column}) contradict each other.",
        ),
        _INPUT,
    ),
    "plausible": _check(
        ("Värden är rimliga", "Figures are plausible"),
        (
            "{value} ligger utanför det rimliga, {low} till {high}.",
            "{value} is outside the plausible, {low} to {high}.",
        ),
        (
            "Kontrollera indata, eller ändra ranges under [validation].",
            "Check the input, or change ranges under [validation].",
        ),
    ),
    "totals": _check(
        ("Nivåerna går ihop", "Levels add up"),
        (
            "{column}: {n} områden i {child} ger {sum}, {parent} har {value}.",
            "{column}: {n} areas of {child} give {sum}, {parent} has {value}.",
        ),
        (
            "Ta alla nivåer ur samma leverans; ange avrundning och störning i [validation] tolerance, perturbation.",
            "Take all levels from the same delivery; declare rounding and noise: [validation] tolerance, perturbation.",
        ),
    ),
    "sexes": _check(
        ("Könen går ihop", "Sexes add up"),
        (
            "{column}: kvinnor och män ger {sum}, totalen är {value}.",
            "{column}: women and men give {sum}, the total is {value}.",
        ),
        _INPUT,
    ),
    "classes": _check(
        ("Klasserna går ihop", "Classes add up"),
        ("{column}: {list} ger {sum}, totalen är {value}.", "{column}: {list} give {sum}, the total is {value}."),
        _INPUT,
    ),
    "between": _check(
        ("Helheten ligger mellan delarna", "The whole lies between its parts"),
        (
            "{value} ligger inte mellan delarnas lägsta {low} och högsta {high} ({list}).",
            "{value} does not lie between the lowest {low} and the highest {high} of its parts ({list}).",
        ),
        (
            "Kontrollera att delar och helhet kommer ur samma leverans och har samma definition.",
            "Check that parts and whole come from the same delivery and have the same definition.",
        ),
    ),
    "editions": _check(
        ("Indelningarna är överens", "Editions agree"),
        (
            "{child} ger {sum} för kommunen, {parent} ger {value}.",
            "{child} gives {sum} for the kommun, {parent} gives {value}.",
        ),
        (
            "Se efter om gränsen går över kommungränsen (gisintegration areas compare).",
            "See whether areas cross the kommun's border (gisintegration areas compare).",
        ),
    ),
    "missing_areas": _check(
        ("Alla områden har uppgifter", "All areas have figures"),
        ("Området saknar rad, {n} andra har en.", "The area has no row, {n} others have one."),
        ("Kontrollera att leveransen är hel.", "Check that the delivery is whole."),
    ),
    "missing_kommun": _check(
        ("Alla kommuner har uppgifter", "All kommuner have figures"),
        (
            "Kommun {kommun} saknas helt: {n} områden utan rad.",
            "Kommun {kommun} is missing altogether: {n} areas without a row.",
        ),
        ("Kontrollera att leveransen är hel.", "Check that the delivery is whole."),
    ),
    "never_given": _check(
        ("Indelningen är täckt", "The edition is covered"),
        ("{n} av {of} områden har inga uppgifter alls.", "{n} of {of} areas have no figures at all."),
        (
            "Ange vilka områden som avses (where), eller komplettera leveransen.",
            "Say which areas are meant (where), or complete the delivery.",
        ),
    ),
    "gap": _check(
        ("Inga år fattas", "No year is left out"),
        ("Inga uppgifter för året, men för åren omkring.", "No figures for the year, but for those around it."),
        (
            "Se täckningstabellen för skälet; lägg till årets register.",
            "See the coverage table for why; add the year's register.",
        ),
    ),
    "vanished": _check(
        ("Uppgifter försvinner inte", "Figures do not vanish"),
        (
            "Visades {before} ({n} grupper), är nu {status} i alla områden.",
            "Were shown in {before} ({n} groups), now {status} in all areas.",
        ),
        (
            "Kontrollera att variabeln levererades för året.",
            "Check that the variable was delivered for the year.",
        ),
    ),
    "change": _check(
        ("Förändringar inom projektets gränser", "Changes within the project's limits"),
        (
            "Från {before} till {value} ({change}); gränsen är {high}.",
            "From {before} to {value} ({change}); the limit is {high}.",
        ),
        (
            "Kontrollera indata, eller ändra changes under [validation].",
            "Check the input, or change changes under [validation].",
        ),
    ),
    "jump": _check(
        ("Inga språng mellan år", "No jumps between years"),
        (
            "Från {before} till {value}: {times} gånger den vanliga spridningen.",
            "From {before} to {value}: {times} times the usual spread.",
        ),
        (
            "Se efter om området byggts ut, fått nya gränser eller om indata är fel.",
            "See whether the area was built out, was redrawn, or the input is wrong.",
        ),
    ),
    "shift": _check(
        ("Hela nivån flyttar sig inte", "A whole level does not shift"),
        (
            "Alla områden ändras: median {change} sedan {before}, {times} gånger den vanliga spridningen.",
            "All areas change: median {change} since {before}, {times} times the usual spread.",
        ),
        (
            "Har definition eller register ändrats? Ange brottet i indikatorns breaks.",
            "Has the definition or the register changed? Declare the break in the indicator's breaks.",
        ),
    ),
    "break": _check(
        ("Kända brott", "Known breaks"),
        ("{n} språng vid ett känt brott: {text_}", "{n} jumps at a known break: {text_}"),
        ("Ingen åtgärd; brottet står i utdata.", "Nothing; the break is told in the outputs."),
    ),
    "dropped": _check(
        ("Inget har fallit bort", "Nothing was dropped"),
        (
            "Fanns i den förra releasen och saknas nu: {list}.",
            "Was in the previous release and is gone: {list}.",
        ),
        (
            "Är det meningen: ange skälet för releasen. Annars: komplettera indata.",
            "If it is meant, give the reason for the release. Otherwise complete the input.",
        ),
    ),
    "revised": _check(
        ("Revideringar", "Revisions"),
        (
            "{n} av {of} uppgifter är ändrade; största ändring {change} (median {median}). {flips} har fått ny status.",
            "{n} of {of} figures are changed; largest change {change} (median {median}). {flips} have a new status.",
        ),
        ("Ange skälet för releasen.", "Give the reason for the release."),
    ),
    "redeclared": _check(
        ("Definitioner", "Definitions"),
        (
            "Definitionen är ändrad sedan förra releasen: {list}.",
            "The declaration has changed since the previous release: {list}.",
        ),
        (
            "Ange skälet, och ett brott om åren inte är jämförbara.",
            "Give the reason, and a break if years are not comparable.",
        ),
    ),
    "protection": _check(
        ("Skyddet", "Protection"),
        (
            "Skyddas nu med {value}, förut med {before}: de två releaserna kan jämföras cell för cell.",
            "Now protected with {value}, before with {before}: the two releases can be compared cell by cell.",
        ),
        (
            "Granska vad som kan räknas ut av båda tillsammans innan releasen lämnas ut.",
            "Examine what can be computed from both together before the release leaves the house.",
        ),
    ),
    "short": _check(
        ("", ""),
        (
            "{column}: {n} visade delar ger {sum} och de {hidden} skyddade högst {most}, men helheten är {value}.",
            "{column}: {n} shown parts give {sum} and the {hidden} protected at most {most}, but the whole is {value}.",
        ),
        ("", ""),
    ),
    "over": _check(
        ("", ""),
        (
            "{column}: {n} visade delar ger redan {sum}, men helheten är {value}.",
            "{column}: {n} shown parts already give {sum}, but the whole is {value}.",
        ),
        ("", ""),
    ),
    "more": _check(("", ""), ("… och {n} celler till.", "… and {n} more cells."), ("", "")),
}
