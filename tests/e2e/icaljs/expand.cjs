// node expand.cjs FOLDER UNTIL < feed.ics
//
// What ical.js (in FOLDER/node_modules) makes of a feed: a JSON list of [start, title], the start in seconds since 1970 or
// as a date. Of rules without end, what has its original start before UNTIL (seconds since 1970).
"use strict";

const fs = require("fs");
const path = require("path");
const ICAL = require(path.join(process.argv[2], "node_modules", "ical.js")).default;

const until = Number(process.argv[3]);
const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(0, "utf8")));

for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
}

function byUid() {
    const series = new Map();
    for (const component of calendar.getAllSubcomponents("vevent")) {
        const uid = component.getFirstPropertyValue("uid");
        const found = series.get(uid) || { master: null, overrides: [] };
        if (component.hasProperty("recurrence-id")) {
            found.overrides.push(component);
        } else if (found.master) {
            throw new Error("two masters share the UID " + uid);
        } else {
            found.master = component;
        }
        series.set(uid, found);
    }
    return series.values();
}

function show(shown, component, start) {
    if (component.getFirstPropertyValue("status") !== "CANCELLED") {
        shown.push([start.isDate ? start.toString() : start.toUnixTime(), component.getFirstPropertyValue("summary")]);
    }
}

function expand(shown, { master, overrides }) {
    if (!master) {
        overrides.forEach((o) => show(shown, o, new ICAL.Event(o).startDate));
        return;
    }
    const event = new ICAL.Event(master, { exceptions: overrides, strictExceptions: true });
    if (!event.isRecurring()) {
        const one = overrides[0] || master;
        show(shown, one, new ICAL.Event(one).startDate);
        return;
    }
    const dates = event.iterator();
    for (let next = dates.next(); next && next.toUnixTime() < until; next = dates.next()) {
        const { item, startDate } = event.getOccurrenceDetails(next);
        show(shown, item.component, startDate);
    }
}

const shown = [];
for (const series of byUid()) {
    expand(shown, series);
}
process.stdout.write(JSON.stringify(shown));
