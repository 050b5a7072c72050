"""``docs/register.md``: the register contract as a page, made from its declaration."""

from __future__ import annotations

from gisintegration.registers.contract import Variable, variables

_INTRODUCTION = """# The point register

<!-- Made by scripts/register_page.py from gisintegration/registers/variables.toml. Do not edit by hand. -->

A register has one row a person and year: those registered (folkbokförda) on 31 December. It may come as several tables;
they are joined on **person** and **year**, and the first is the population. Other keys are **household**, **dwelling**
and **place** (property or address, by which coordinates may come in a table of their own).

- **Type**: `id` (whole number or text), `integer`, `real`, `code` (text, leading zeros kept), `boolean` (true/false or
  1/0 in text files), `date` (YYYY-MM-DD).
- **Required**: the register is refused without the column. **Empty**: what an empty value means; without it, a row with
  an empty value is refused and counted.
- Coordinates are **x** (easting) and **y** (northing) in a CRS that is declared; or the register has **place** and the
  coordinates come in a table of places (`places`) with place, x, y and perhaps coordinate_type and year.
- **election_x**, **election_y** and **election_kommun** say where a person was registered on the day of the electoral
  roll, in the same CRS; empty, it was where the person lived on 31 December.
- A country of birth is an ISO 3166-1 alpha-2 code of `registers/countries.toml`, which also says in which years it
  belonged to the EU or EFTA: where **birth_region** is not delivered it follows from **birth_country**.
- Columns with other names are named in `columns`, other code values in `codes`:
  `columns = {"kön" = "sex"}`, `codes = {sex = {"1" = "men", "2" = "women"}}`. Nothing is guessed.
"""


def register_page() -> str:
    """The page, in Markdown.

    Examples
    --------
    >>> register_page().splitlines()[0]
    '# The point register'
    """
    known = variables().values()
    head = (
        "| Variable | Type | Unit | Allowed | Required | Register | Reference time |\n|---|---|---|---|---|---|---|\n"
    )
    rows = "".join(_row(variable) for variable in known)
    sections = "".join(_section(variable) for variable in known)
    return f"{_INTRODUCTION}\n## All variables\n\n{head}{rows}\n## Each variable\n{sections}"


def _row(variable: Variable) -> str:
    required = "yes" if variable.required else "no"
    cells = [
        f"[`{variable.name}`](#{variable.name})",
        variable.type,
        variable.unit,
        _allowed(variable),
        required,
        variable.register,
        variable.reference,
    ]
    return "| " + " | ".join(cells) + " |\n"


def _allowed(variable: Variable) -> str:
    if variable.codes:
        return f"{len(variable.codes)} codes" + (f" of `{variable.listed}`" if variable.listed else "")
    if variable.range:
        return f"{variable.range[0]}–{variable.range[1]}"
    return f"`{variable.pattern}`" if variable.pattern else ""


def _section(variable: Variable) -> str:
    lines = [
        f"\n### {variable.name}\n",
        f"- Svenska: {variable.sv}",
        f"- English: {variable.en}",
        f"- Type: {variable.type}{f', unit {variable.unit}' if variable.unit else ''}",
    ]
    if variable.range:
        lines.append(f"- Range: {variable.range[0]}–{variable.range[1]}, both allowed")
    if variable.pattern:
        lines.append(f"- Written as: `{variable.pattern}`")
    lines.append(f"- Register: {variable.register}. Reference time: {variable.reference}")
    lines.append(f"- Required: {'yes' if variable.required else 'no'}")
    lines.append(f"- Empty: {variable.empty or ('allowed' if variable.nullable else 'not allowed')}")
    if variable.names:
        lines.append(f"- Proposed when missing: {', '.join(variable.names)}")
    if variable.listed:
        lines.append(f"- Codes: those of `registers/{variable.listed}`")
    elif variable.codes:
        lines.append("\n| Code | Svenska | English |\n|---|---|---|")
        lines += [f"| `{code}` | {words['sv']} | {words['en']} |" for code, words in variable.codes.items()]
    return "\n".join(lines) + "\n"
