"""Every indicator of the library in plain pandas, written from docs/definitions.md; shares no code with the engine."""

import numpy as np
import pandas as pd

BASE = {2018: 45_500, 2019: 46_500, 2020: 47_300, 2021: 47_600, 2022: 48_300, 2023: 52_500, 2024: 57_300}
NORDIC = {"DK", "FI", "NO", "IS", "AX", "FO", "GL", "SJ"}
OLD = "AT BE CH DE ES FR GB GR IE IT LI LU NL PT"
NEW = {2004: "CY CZ EE HU LT LV MT PL SI SK", 2007: "BG RO", 2013: "HR"}
POST = ["post_secondary_short", "post_secondary_long"]
_WHOLE = """age ssyk_area skill_level unemployment_days sick_days disposable_income net_income equivalised_income
social_assistance social_assistance_months establishment_benefit introduction_benefit sickness_pay activity_compensation
sickness_benefit unemployment_benefit income_statement rooms living_area sfi_passed_days election_x election_y"""
WHOLE = _WHOLE.split()
_YES = """self_employed manager studying school_eligible university_eligible sfi_pupil voted_riksdag voted_region
voted_kommun"""
YES = _YES.split()


def members(year: int) -> set[str]:
    """The EU and EFTA on 31 December, the Nordic countries apart."""
    now = set(OLD.split()) | {code for since, codes in NEW.items() if year >= since for code in codes.split()}
    return now - {"GB"} if year >= 2020 else now


def prepared(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Persons of a year, by id, with numbers as numbers and what is derived; ``area`` is given."""
    made = frame.set_index("person").copy()
    for name in WHOLE:
        if name in made:
            made[name] = pd.to_numeric(made[name].replace("", np.nan)).astype(float)
    for name in YES:
        made[name] = made[name].map({"true": 1.0, "false": 0.0, True: 1.0, False: 0.0, "": np.nan}).astype(float)
    made["days"] = (pd.Timestamp(year, 12, 31) - pd.to_datetime(made["immigrated"].replace("", None))).dt.days
    country = made["birth_country"].fillna("")
    inside = [country == "", country == "SE", country.isin(NORDIC), country.isin(members(year))]
    made["born"] = np.select(inside, ["", "sweden", "nordic", "eu_efta"], "other")
    made["foreign"] = ~made["born"].isin(["", "sweden"])
    size = made["household"].replace("", np.nan).map(made["household"].value_counts())
    by_area = np.where(made["living_area"].isna(), np.nan, made["living_area"] < 20 * size)
    crowded = np.where(made["rooms"].notna(), size > 2 * (made["rooms"] - 1), by_area)
    made["crowded"] = np.where(size.isna(), np.nan, np.where(size == 1, 0.0, crowded.astype(float)))
    made["only"] = "none"
    for benefit in ("introduction_benefit", "establishment_benefit", "social_assistance"):
        alone = (made[benefit] > 0) & (made["net_income"] <= made[benefit])
        made.loc[alone, "only"] = benefit
    return made


class World:
    """Years of persons on one level, and national constants; ``codes`` are its areas in order."""

    def __init__(self, years, parents, *, low, mean=9.4, deviation=5.7):
        self.years, self.low, self.mean, self.deviation = years, low, mean, deviation
        self.codes = sorted({code for code in parents.values() if code})
        positions = {code: at for at, code in enumerate(self.codes)}
        own = {small: positions.get(code, -1) for small, code in parents.items()}
        self.place, self.voting, self.small = {}, {}, {}
        for year, frame in years.items():
            self.place[year] = frame["area"].map(own).fillna(-1).astype(int).to_numpy()
            self.voting[year] = frame["voting_area"].map(own).fillna(-1).astype(int).to_numpy()
            self.small[year] = frame["area"].to_numpy()
        self.kept = {}

    def number(self, at, mask, weights=None):
        """Persons of a mask, or their sum of something, by area."""
        inside = np.asarray(mask, dtype=bool) & (at >= 0)
        some = None if weights is None else np.asarray(weights, dtype=float)[inside]
        return np.bincount(at[inside], weights=some, minlength=len(self.codes)).astype(float)

    def once(self, key, make):
        """What ``make`` gives, made once."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]


def working(frame: pd.DataFrame, year: int) -> pd.Series:
    return frame["age"].between(20, 65 if year >= 2023 else 64)


def shares(frame: pd.DataFrame, year: int, after: pd.DataFrame | None, low: float) -> dict:
    """Indicator → who is in the population, who has the property."""
    f, all_of, work = frame, pd.Series(True, frame.index), working(frame, year)
    employed, status = f["labour_status"] == "employed", f["labour_status"]
    graduate = work & employed & f["education"].isin(POST)
    neither = status.isin(["unemployed", "outside"]) & (f["studying"] == 0)
    schooled = f["age"].between(25, 65) if year >= 2023 else f["age"].between(20, 64)
    found = {
        "employed_share": (work, employed),
        "self_employed_of_employed_share": (work & employed, f["self_employed"] == 1),
        "registered_unemployed_share": (work, f["registered_unemployed"].isin(["open", "programme"])),
        "openly_unemployed_share": (work, f["registered_unemployed"] == "open"),
        "programme_share": (work, f["registered_unemployed"] == "programme"),
        "long_term_unemployed_share": (work, f["unemployment_days"] > 183),
        "manager_share": (work & employed, f["manager"] == 1),
        "graduates_occupation_share": (graduate, f["ssyk_area"].isin([2, 3])),
        "graduates_skill_share": (graduate, f["skill_level"].isin([3, 4])),
        "born_in_sweden_share": (all_of, f["born"] == "sweden"),
        "foreign_born_share": (all_of, f["foreign"]),
        "foreign_background_share": (all_of, f["background"] == "foreign"),
        "born_nordic_share": (all_of, f["born"] == "nordic"),
        "born_eu_efta_share": (all_of, f["born"] == "eu_efta"),
        "born_other_world_share": (all_of, f["born"] == "other"),
        "children_share": (all_of, f["age"] <= 19),
        "working_age_share": (all_of, work),
        "older_share": (all_of, f["age"] >= (66 if year >= 2023 else 65)),
        "women_share": (all_of, f["sex"] == "women"),
        "owner_house_share": (all_of, (f["tenure"] == "owner") & (f["house_type"] == "small_house")),
        "rental_share": (all_of, f["tenure"] == "rental"),
        "cooperative_share": (all_of, f["tenure"] == "cooperative"),
        "adult_children_at_home_share": (f["age"].between(20, 29), f["household_role"] == "child"),
        "overcrowded_share": (f["crowded"].notna(), f["crowded"] == 1),
        "only_social_assistance_share": (work, f["only"] == "social_assistance"),
        "only_introduction_benefit_share": (work, f["only"] == "introduction_benefit"),
        "only_establishment_benefit_share": (work, f["only"] == "establishment_benefit"),
        "low_income_statement_share": (work, f["income_statement"].gt(0) & f["income_statement"].lt(1.5 * BASE[year])),
        "low_economic_standard_share": (f["equivalised_income"].notna(), f["equivalised_income"] < 0.6 * low),
        "assistance_or_unemployment_share": (
            work,
            (f["social_assistance_months"] >= 10) | (f["unemployment_days"] > 183),
        ),
        "studying_share": (work, f["studying"] == 1),
        "neet_16_19_share": (f["age"].between(16, 19), neither),
        "neet_20_25_share": (f["age"].between(20, 25), neither),
        "neet_working_age_share": (work, neither),
        "upper_secondary_eligible_share": (f["school_eligible"].notna(), f["school_eligible"] == 1),
        "higher_education_eligible_share": (f["university_eligible"].notna(), f["university_eligible"] == 1),
        "sfi_passed_share": (f["sfi_pupil"] == 1, f["sfi_passed_days"].notna()),
        "low_education_share": (schooled, f["education"] == "compulsory"),
        "upper_secondary_share": (work, f["education"] == "upper_secondary"),
        "post_secondary_share": (work, f["education"].isin(POST)),
        "sick_days_contributors_share": (work, f["sick_days"] > 0),
        **{
            f"turnout_{vote}": (f["age"].ge(18) & f[f"voted_{vote}"].notna(), f[f"voted_{vote}"] == 1)
            for vote in ("riksdag", "region", "kommun")
        },
    }
    if after is not None:
        later = after.reindex(f.index)
        still, known = later["labour_status"] == "employed", later["labour_status"].notna()
        found["still_employed_share"] = (work & employed & known, still)
        own = work & employed & (f["self_employed"] == 1) & known
        found["still_self_employed_share"] = (own, still & (later["self_employed"] == 1))
    return found


RATIOS = {
    "sickness_benefit_ratio": "sickness_benefit",
    "sickness_pay_ratio": "sickness_pay",
    "activity_compensation_ratio": "activity_compensation",
    "unemployment_benefit_ratio": "unemployment_benefit",
    "social_assistance_ratio": "social_assistance",
    "introduction_benefit_ratio": "introduction_benefit",
    "establishment_benefit_ratio": "establishment_benefit",
}
# Variable, whether it is divided by the price base amount, and the lowest age.
MIDDLES = {
    "disposable_income_mean": ("disposable_income", True, 20),
    "disposable_income_median": ("disposable_income", True, 20),
    "sfi_days_median": ("sfi_passed_days", False, 0),
}
INDEX = ("low_economic_standard_share", "low_education_share", "assistance_or_unemployment_share")
FLOWS = ("domestic_net_migration", "international_net_migration", "out_migration_risk", "stayed_share")
FLOWS += ("employed_movers_quotient",)
ELECTIONS = ("turnout_riksdag", "turnout_region", "turnout_kommun")
OTHERS = ("population", "sick_days_mean", "housing_segregation_index", "socioeconomic_index", "area_type", *MIDDLES)


def values(name: str, world: World, year: int, who) -> tuple[np.ndarray, np.ndarray]:
    """Value by area, and how many are behind it: of two groups, the fewer. ``who(year)`` tells the members of a class."""
    if name in FLOWS:
        return _flow(name, world, year, who)
    if name in ("socioeconomic_index", "area_type"):
        return _index(name, world, year, who)
    frame, chosen = world.years[year], who(year)
    at = world.voting[year] if name in ELECTIONS else world.place[year]
    if name == "population":
        count = world.number(at, chosen)
        return count, count
    if name == "housing_segregation_index":
        return _dissimilarity(world, year, chosen)
    if name in RATIOS:
        top, base = frame[RATIOS[name]], frame["net_income"]
        known = chosen & (working(frame, year) & top.notna() & base.notna()).to_numpy()
        money = world.number(at, known, base)
        return _over(100 * world.number(at, known, top), money), world.number(at, known)
    if name in MIDDLES:
        variable, per, least = MIDDLES[name]
        some = chosen & (frame[variable].notna() & frame["age"].ge(least)).to_numpy()
        by = frame[variable][some & (at >= 0)].groupby(at[some & (at >= 0)])
        found = (by.mean() if name.endswith("mean") else by.median()).reindex(range(len(world.codes)))
        return found.to_numpy() / (BASE[year] if per else 1), world.number(at, some)
    if name == "sick_days_mean":
        some = chosen & (working(frame, year) & frame["sick_days"].notna()).to_numpy()
        count = world.number(at, some)
        return _over(world.number(at, some, frame["sick_days"]), count), count
    low = world.low.get(year, np.nan)
    known = world.once(year, lambda: shares(frame, year, world.years.get(year + 1), low))
    population, having = (mask.to_numpy() & chosen for mask in known[name])
    count = world.number(at, population)
    return _over(100 * world.number(at, population & having), count), count


def _over(top: np.ndarray, base: np.ndarray) -> np.ndarray:
    return np.divide(top, base, out=np.full(len(top), np.nan), where=base > 0)


def names() -> set[str]:
    """The indicators there is an oracle of."""
    empty = pd.DataFrame(columns=[*WHOLE, *YES, "labour_status", "education", "registered_unemployed", "born", "sex"])
    rest = ["foreign", "background", "tenure", "house_type", "household_role", "crowded", "only"]
    frame = empty.reindex(columns=[*empty.columns, *rest])
    return {*shares(frame, 2022, frame, 0.0), *RATIOS, *FLOWS, *OTHERS}


def _dissimilarity(world: World, year: int, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    frame, at = world.years[year], world.place[year]
    part = frame.assign(at=at, small=world.small[year])[chosen & (at >= 0) & frame["born"].ne("").to_numpy()]
    value, fewest = np.full(len(world.codes), np.nan), np.zeros(len(world.codes))
    for place, persons in part.groupby("at"):
        away, home = (persons[persons["foreign"] == abroad].groupby("small").size() for abroad in (True, False))
        both = pd.DataFrame({"a": away, "b": home}).fillna(0)
        fewest[place] = min(away.sum(), home.sum())
        if fewest[place]:
            value[place] = (both["a"] / both["a"].sum() - both["b"] / both["b"].sum()).abs().sum() / 2 * 100
    return value, fewest


def _index(name: str, world: World, year: int, who) -> tuple[np.ndarray, np.ndarray]:
    parts = [values(part, world, year, who) for part in INDEX]
    value, fewest = sum(part[0] for part in parts) / 3, np.minimum.reduce([part[1] for part in parts])
    if name == "area_type":
        limits = [world.mean + k * world.deviation for k in (2, 1, 0, -1)]
        value = np.where(np.isnan(value), np.nan, 1.0 + sum((value < limit).astype(float) for limit in limits))
    return value, fewest


def _moved(world: World, year: int) -> tuple[pd.Series, pd.Series]:
    """How each person of the year came, and how each of the year before went, seen from the level's areas."""
    before, now = world.years[year - 1], world.years[year]
    start, end = pd.Series(world.place[year - 1], before.index), pd.Series(world.place[year], now.index)
    # In no area of the level: elsewhere, so that it is another area than any.
    here, there = start.reindex(now.index), end.reindex(before.index)
    came = pd.Series(np.where(here.notna() & (here != end), "in", ""), now.index)
    came[here.isna()] = now["arrival"].map({"domestic": "in", "immigrated": "immigrated"}).fillna("")[here.isna()]
    went = pd.Series(np.where(there.notna() & (there != start), "out", "stayed"), before.index)
    gone = before["departure"].map({"domestic": "out", "emigrated": "emigrated"}).fillna("")
    went[there.isna()] = gone[there.isna()]
    return came, went


def _flow(name: str, world: World, year: int, who) -> tuple[np.ndarray, np.ndarray]:
    before, now, start, end = world.years[year - 1], world.years[year], world.place[year - 1], world.place[year]
    came, went = (part.to_numpy() for part in world.once(("moved", year), lambda: _moved(world, year)))
    old, new = who(year - 1), who(year)
    if name.endswith("net_migration"):
        word, other = ("in", "out") if name.startswith("domestic") else ("immigrated", "emigrated")
        gained, lost = world.number(end, new & (came == word)), world.number(start, old & (went == other))
        mean = (world.number(start, old) + world.number(end, new)) / 2
        return _over(100 * (gained - lost), mean), np.minimum(gained, lost)
    if name == "employed_movers_quotient":
        gained, lost = (
            world.number(at, chosen & mask & (working(frame, year) & frame["labour_status"].eq("employed")).to_numpy())
            for at, chosen, mask, frame in ((end, new, came == "in", now), (start, old, went == "out", before))
        )
        movers = world.number(end, new & (came == "in")), world.number(start, old & (went == "out"))
        return _over(gained, lost), np.minimum(*movers)
    stayed = name == "stayed_share"
    kept = old & (np.isin(went, ["stayed", "out", "emigrated"]) if stayed else True)
    count = world.number(start, kept)
    return _over(100 * world.number(start, kept & (went == ("stayed" if stayed else "out"))), count), count


def classes(frame: pd.DataFrame) -> dict[str, dict[str, pd.Series]]:
    """Who is in each class of each breakdown."""
    foreign, days, reason = frame["foreign"], frame["days"], frame["immigration_reason"]
    spans = {"00_19": (0, 19), "20_24": (20, 24), "25_34": (25, 34), "35_44": (35, 44), "45_54": (45, 54)}
    spans |= {"55_64": (55, 64), "55_65": (55, 65), "65": (65, 200), "66": (66, 200), "20_64": (20, 64)}
    spans |= {"18_29": (18, 29), "30_49": (30, 49), "50_64": (50, 64)}
    stays = {"stay_00_01": (0, 729), "stay_02_03": (730, 1459), "stay_04_09": (1460, 3649)}
    stays |= {"stay_10": (3650, 10**6), "stay_00_09": (0, 3649)}
    education = {level: frame["education"] == level for level in ("compulsory", "upper_secondary", "unknown")}
    born = {
        "birth_sweden": "sweden",
        "birth_nordic": "nordic",
        "birth_eu_efta": "eu_efta",
        "birth_other_world": "other",
    }
    return {
        "sex": {sex: frame["sex"] == sex for sex in ("women", "men")},
        "age": {code: frame["age"].between(*span) for code, span in spans.items()},
        "education": education | {"post_secondary": frame["education"].isin(POST)},
        "background": {code: frame["born"] == word for code, word in born.items()}
        | {code: foreign & days.between(*span) for code, span in stays.items()}
        | {f"reason_{word}": foreign & (reason == word) for word in ("protection", "other")}
        | {"foreign_born": foreign},
    }
