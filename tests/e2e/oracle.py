"""Calendars read by programs that know nothing of kepu: python-icalendar and python-dateutil."""
import datetime
import zoneinfo

import icalendar
from dateutil import rrule as du

UTC = datetime.timezone.utc


def unfold(raw):
    return raw.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode()


def parse(raw):
    """One calendar; icalendar raises where it is not one."""
    return icalendar.Calendar.from_ical(raw)


def events(raw):
    return [c for c in parse(raw).walk("VEVENT")]


def zone_of(prop):
    tzid = prop.params.get("TZID")
    return zoneinfo.ZoneInfo(str(tzid)) if tzid else None


def wall(value, zone):
    """A value as (naive wall time, or date) in the master's zone."""
    if not isinstance(value, datetime.datetime):
        return datetime.datetime.combine(value, datetime.time())
    if value.tzinfo is None:
        return value
    if zone is not None:
        key = str(getattr(value.tzinfo, "zone", "") or getattr(value.tzinfo, "key", "") or value.tzinfo)
        if key == zone.key:
            return value.replace(tzinfo=None)
        return value.astimezone(zone).replace(tzinfo=None)
    return value.astimezone(UTC).replace(tzinfo=None)


def dates(component, name, zone):
    found = component.get(name, [])
    found = found if isinstance(found, list) else [found]
    return [wall(d.dt, zone) for one in found for d in one.dts]


def instant(naive, zone, is_date):
    if is_date:
        return naive.date().isoformat()
    return naive.replace(tzinfo=zone or UTC, fold=0).astimezone(UTC)


def series(raw):
    """{uid: (master or None, {recurrence wall time: override})}"""
    found = {}
    for e in events(raw):
        master, overrides = found.setdefault(str(e["UID"]), [None, {}])
        if "RECURRENCE-ID" in e:
            zone = zone_of(e["RECURRENCE-ID"])
            key = wall(e["RECURRENCE-ID"].dt, zone)
            assert key not in overrides, f"two overrides of {key} in {e['UID']}"
            overrides[key] = e
        else:
            assert master is None, f"two masters share the UID {e['UID']}"
            found[str(e["UID"])][0] = e
    return found


def instances(raw, start, end):
    """What a calendar program shows between two aware instants: sorted [(start instant or date, summary)]."""
    shown = []
    for uid, (master, overrides) in series(raw).items():
        if master is not None:
            shown += expand(master, overrides, end)
        shown += [o for o in map(single, overrides.values()) if o]
    window = (start, end)

    def inside(at):
        if isinstance(at, str):
            return window[0].date().isoformat() <= at < window[1].date().isoformat()
        return window[0] <= at < window[1]

    return sorted((at, title) for at, title in shown if inside(at))


def single(e):
    if str(e.get("STATUS", "")) == "CANCELLED":
        return None
    zone = zone_of(e["DTSTART"])
    is_date = not isinstance(e["DTSTART"].dt, datetime.datetime)
    return instant(wall(e["DTSTART"].dt, zone), zone, is_date), str(e["SUMMARY"])


def expand(master, overrides, end):
    if str(master.get("STATUS", "")) == "CANCELLED":
        return []
    if "RRULE" not in master and "RDATE" not in master:
        one = single(master)
        return [one] if one and wall(master["DTSTART"].dt, zone_of(master["DTSTART"])) not in overrides else []
    zone = zone_of(master["DTSTART"])
    is_date = not isinstance(master["DTSTART"].dt, datetime.datetime)
    start = wall(master["DTSTART"].dt, zone)
    rules = du.rruleset()
    rules.rdate(start)
    if "RRULE" in master:
        text = rule_in_wall_time(master["RRULE"], zone)
        first = du.rrulestr(text, dtstart=start)
        assert first[0] == start, f"the master {master['UID']} does not match its rule {text} at {start}"
        rules.rrule(first)
    for d in dates(master, "RDATE", zone):
        rules.rdate(d)
    for d in dates(master, "EXDATE", zone):
        rules.exdate(d)
    last = end.astimezone(zone or UTC).replace(tzinfo=None)
    known = set(overrides)
    out = []
    for at in rules:
        if at > last:
            break
        if at not in known:
            out.append((instant(at, zone, is_date), str(master["SUMMARY"])))
    return out


def rule_in_wall_time(rule, zone):
    """dateutil wants UNTIL as the start is: naive."""
    rule = icalendar.vRecur(rule)
    if "UNTIL" in rule:
        rule["UNTIL"] = [wall(u, zone) for u in rule["UNTIL"]]
    return rule.to_ical().decode()
