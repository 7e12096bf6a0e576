"""Random recurrence rules of the kinds that python-dateutil gets right, and what it says of them.

Left out, because dateutil is wrong or the RFC forbids them: plain and numbered BYDAY mixed; BYWEEKNO without BYDAY, at the
turn of the year, or with INTERVAL; BYSETPOS of WEEKLY where DTSTART is not the week's first day; BYSETPOS alone.
"""
import datetime
import warnings

from dateutil import rrule as du

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQ = {
    "YEARLY": du.YEARLY,
    "MONTHLY": du.MONTHLY,
    "WEEKLY": du.WEEKLY,
    "DAILY": du.DAILY,
    "HOURLY": du.HOURLY,
    "MINUTELY": du.MINUTELY,
    "SECONDLY": du.SECONDLY,
}
# how far dateutil is followed: it walks, so a bound keeps it fast
HORIZON = {
    "YEARLY": 60 * 366,
    "MONTHLY": 25 * 366,
    "WEEKLY": 8 * 366,
    "DAILY": 5 * 366,
    "HOURLY": 40,
    "MINUTELY": 2,
    "SECONDLY": 0.1,
}
WEIGHTS = [30, 30, 15, 15, 4, 3, 3]
FORM = "%Y%m%dT%H%M%S"


def some(rng, values, most):
    return sorted(rng.sample(values, rng.randint(1, min(most, len(values)))))


def numbered(rng, limit):
    found = {rng.choice([-1, 1]) * rng.randint(1, limit) for _ in range(rng.randint(1, 3))}
    return [(n, rng.choice(DAYS)) for n in sorted(found)]


def plain(rng, most=4):
    return [(None, d) for d in sorted(rng.sample(DAYS, rng.randint(1, most)), key=DAYS.index)]


def month_days(rng):
    return some(rng, [*range(1, 32), *range(-31, 0)], 4)


def yearly(rng, rule):
    kind = rng.randrange(7)
    if kind == 1:
        rule["BYMONTH"] = some(rng, range(1, 13), 3)
    elif kind == 2:
        rule["BYMONTH"], rule["BYDAY"] = some(rng, range(1, 13), 3), rng.choice([numbered(rng, 5), plain(rng)])
    elif kind == 3:
        rule["BYMONTHDAY"] = month_days(rng)
        if rng.random() < 0.7:
            rule["BYMONTH"] = some(rng, range(1, 13), 3)
        if rng.random() < 0.3:
            rule["BYDAY"] = plain(rng)
    elif kind == 4:
        rule["BYDAY"] = rng.choice([numbered(rng, 53), plain(rng)])
    elif kind == 5:
        rule["BYYEARDAY"] = some(rng, [*range(1, 367), *range(-366, 0)], 5)
        if rng.random() < 0.3:
            rule["BYDAY"] = plain(rng, 6)
    elif kind == 6:
        rule["BYWEEKNO"], rule["BYDAY"] = some(rng, range(2, 52), 4), plain(rng)
        rule.pop("INTERVAL", None)


def monthly(rng, rule):
    kind = rng.randrange(5)
    if kind == 1:
        rule["BYMONTHDAY"] = month_days(rng)
    elif kind == 2:
        rule["BYDAY"] = numbered(rng, 5)
    elif kind == 3:
        rule["BYDAY"] = plain(rng)
    elif kind == 4:
        rule["BYMONTHDAY"], rule["BYDAY"] = month_days(rng) + [13], plain(rng)
        rule["BYMONTHDAY"] = sorted(set(rule["BYMONTHDAY"]))
    if rng.random() < 0.3:
        rule["BYMONTH"] = some(rng, range(1, 13), 6)


def weekly(rng, rule):
    if rng.random() < 0.7:
        rule["BYDAY"] = plain(rng)
    if rng.random() < 0.3:
        rule["BYMONTH"] = some(rng, range(1, 13), 6)


def daily(rng, rule):
    if rng.random() < 0.4:
        rule["BYMONTH"] = some(rng, range(1, 13), 6)
    if rng.random() < 0.3:
        rule["BYMONTHDAY"] = month_days(rng)
    if rng.random() < 0.3:
        rule["BYDAY"] = plain(rng)


def hourly(rng, rule):
    if rng.random() < 0.5:
        rule["BYHOUR"] = some(rng, range(24), 5)
    if rng.random() < 0.3:
        rule["BYDAY"] = plain(rng, 6)
    if rng.random() < 0.5:
        rule["BYMINUTE"] = some(rng, range(60), 3)


def minutely(rng, rule):
    if rng.random() < 0.5:
        rule["BYMINUTE"] = some(rng, range(60), 8)
    if rng.random() < 0.3:
        rule["BYHOUR"] = some(rng, range(24), 8)
    if rng.random() < 0.3:
        rule["BYSECOND"] = some(rng, range(60), 3)


def secondly(rng, rule):
    if rng.random() < 0.5:
        rule["BYSECOND"] = some(rng, range(60), 8)
    if rng.random() < 0.5:
        rule["BYMINUTE"] = some(rng, range(60), 20)


PARTS = [yearly, monthly, weekly, daily, hourly, minutely, secondly]


def make(rng):
    """A random case: (dtstart, is it a date, the rule's parts)."""
    (at,) = rng.choices(range(7), WEIGHTS)
    freq = list(FREQ)[at]
    rule = {"FREQ": freq}
    if rng.random() < 0.5:
        rule["INTERVAL"] = rng.choice([1, 2, 2, 3, 4, 5, 7, 10]) if at else rng.choice([1, 2, 3, 4])
    PARTS[at](rng, rule)
    start = datetime.datetime(rng.randint(1992, 2035), rng.randint(1, 12), 1) + datetime.timedelta(
        days=rng.randrange(31)
    )
    is_date = at < 4 and rng.random() < 0.2
    if not is_date:
        start += datetime.timedelta(seconds=rng.choice([0, 9 * 3600, 18 * 3600 + 1800, rng.randrange(86400)]))
        if at < 4 and rng.random() < 0.15:
            rule["BYHOUR"] = some(rng, range(24), 3)
            if rng.random() < 0.5:
                rule["BYMINUTE"] = some(rng, range(60), 3)
    if rng.random() < 0.3:
        rule["WKST"] = rng.choice(DAYS)
    if len(set(rule) - {"FREQ", "INTERVAL", "WKST"}) and rng.random() < 0.25 and set_positions_are_right(rule, start):
        most = 4 if at < 4 else 1
        rule["BYSETPOS"] = sorted({rng.choice([-1, 1]) * rng.randint(1, most) for _ in range(rng.randint(1, 2))})
    ending = rng.random()
    if ending < 0.25:
        rule["COUNT"] = rng.randint(1, 30)
    elif ending < 0.4:
        rule["UNTIL"] = start + datetime.timedelta(
            days=int(HORIZON[freq] * rng.random()), seconds=0 if is_date else rng.randrange(7200)
        )
    return start, is_date, rule


def set_positions_are_right(rule, start):
    return rule["FREQ"] != "WEEKLY" or DAYS[start.weekday()] == rule.get("WKST", "MO")


def text(rule, is_date):
    out = []
    for name, value in rule.items():
        if name == "BYDAY":
            value = ",".join((str(n) if n else "") + d for n, d in value)
        elif name == "UNTIL":
            value = value.strftime("%Y%m%d" if is_date else FORM)
        elif isinstance(value, list):
            value = ",".join(map(str, value))
        out.append(f"{name}={value}")
    return ";".join(out)


class Enough(Exception):
    pass


class Bounded(du._iterinfo):
    """dateutil asks about its bound only at an instance: a rule without any walks to the year 9999. Not here."""

    last_year = 9999

    def rebuild(self, year, month):
        if year > Bounded.last_year:
            raise Enough
        super().rebuild(year, month)


du._iterinfo = Bounded


def first(found, limit, last_year):
    Bounded.last_year = last_year
    instances = []
    try:
        for at in found:
            instances.append(at)
            if len(instances) == limit:
                break
    except Enough:
        pass
    return instances


def dateutil_says(start, is_date, rule, limit):
    """(the first instances, are they all of them, the moment up to which that was followed or None)."""
    day = [getattr(du, d)(n) if n else getattr(du, d) for n, d in rule.get("BYDAY", [])]
    horizon = start + datetime.timedelta(days=HORIZON[rule["FREQ"]])
    until = rule.get("UNTIL", horizon)
    if is_date:
        until = until.replace(hour=0, minute=0, second=0)
    lists = {k.lower(): rule[k] for k in rule if k.startswith("BY") and k != "BYDAY"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # COUNT and a bound of our own together
        try:
            found = du.rrule(
                FREQ[rule["FREQ"]],
                dtstart=start,
                interval=rule.get("INTERVAL", 1),
                count=rule.get("COUNT"),
                until=min(until, horizon),
                byweekday=day or None,
                wkst=DAYS.index(rule["WKST"]) if "WKST" in rule else None,
                **lists,
            )
        except ValueError:  # an interval that never meets its BY parts
            return [], True, None
        instances = first(found, limit + 1, horizon.year)
    if len(instances) > limit:
        return instances[:limit], False, None
    ended = ("COUNT" in rule and len(instances) == rule["COUNT"]) or ("UNTIL" in rule and rule["UNTIL"] <= horizon)
    return instances, ended, None if ended else horizon
