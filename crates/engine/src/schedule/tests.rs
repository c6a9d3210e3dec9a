use std::time::Instant;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Schedule;

fn at(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &Rfc3339).expect("an instant")
}

fn times(pattern: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::read(pattern, Some(zone)).expect("a schedule");
    let mut now = at(from);
    let mut times = Vec::new();
    while times.len() < count {
        now = schedule.next_after(now).expect("a next time");
        times.push(now.format(&Rfc3339).expect("a year of four digits"));
    }
    times
}

fn fault(pattern: &str, zone: Option<&str>) -> String {
    Schedule::read(pattern, zone).expect_err("no schedule").to_string()
}

#[test]
fn a_pattern_comes_round_in_its_time_zone() {
    let weekdays = times("0 9 * * MON-FRI", "Europe/Zurich", "2026-11-27T08:00:00Z", 2);
    assert_eq!(weekdays, ["2026-11-30T08:00:00Z", "2026-12-01T08:00:00Z"]);
    let seconds = times("*/20 * * * * *", "UTC", "2026-01-01T00:00:05.5Z", 3);
    let expected = ["2026-01-01T00:00:20Z", "2026-01-01T00:00:40Z", "2026-01-01T00:01:00Z"];
    assert_eq!(seconds, expected);
    assert_eq!(times("0 0 L * *", "UTC", "2028-02-01T00:00:00Z", 1), ["2028-02-29T00:00:00Z"]);
    assert_eq!(times("@daily", "UTC", "2026-01-01T00:00:00Z", 1), ["2026-01-02T00:00:00Z"]);
    // Either day is enough when both are restricted.
    let either = times("0 0 13 * FRI", "UTC", "2026-02-06T00:00:00Z", 3);
    let fridays = ["2026-02-13T00:00:00Z", "2026-02-20T00:00:00Z", "2026-02-27T00:00:00Z"];
    assert_eq!(either, fridays);
}

#[test]
fn what_a_change_of_the_clock_skips_comes_right_after_it() {
    // In Zurich the hour from two to three does not exist on 29 March 2026.
    let nightly = times("30 2 * * *", "Europe/Zurich", "2026-03-27T12:00:00Z", 3);
    let expected = ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"];
    assert_eq!(nightly, expected);
}

#[test]
fn what_a_change_of_the_clock_repeats_comes_once() {
    // On 25 October 2026 the hour from two to three comes twice.
    let nightly = times("30 2 * * *", "Europe/Zurich", "2026-10-24T12:00:00Z", 2);
    assert_eq!(nightly, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    // What comes every half hour comes in both.
    let often = times("*/30 * * * *", "Europe/Zurich", "2026-10-25T00:15:00Z", 3);
    let expected = ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"];
    assert_eq!(often, expected);
}

#[test]
fn a_pattern_that_never_comes_says_so_at_once() {
    let before = Instant::now();
    assert!(fault("0 0 30 2 *", None).contains("never comes round"));
    assert!(before.elapsed().as_secs() < 5, "took {:?}", before.elapsed());
}

#[test]
fn a_wrong_schedule_says_what_is_wrong() {
    assert!(fault("* * * *", None).contains("this one has 4"));
    assert!(fault("0 9 * * * * 2027", None).contains("this one has 7"));
    assert!(fault("61 * * * *", None).contains("\"61 * * * *\" is no cron pattern"));
    assert!(fault("@sometimes", None).contains("no cron pattern"));
    assert!(fault(&"1,".repeat(200), None).contains("at most 256"));
    let zone = fault("0 9 * * *", Some("Europe/Zürich"));
    assert!(zone.contains("did you mean \"Europe/Zurich\"?"), "{zone}");
    assert!(fault("0 9 * * *", Some("\n")).contains("\\n"));
}
/// What a recurrence gives, in a zone or its own one.
fn rounds(rule: &str, zone: Option<&str>, from: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::read(rule, zone).unwrap_or_else(|wrong| panic!("{rule}: {wrong}"));
    let far = at("2999-01-01T00:00:00Z");
    let times = schedule.between(at(from), far, count);
    times.map(|time| time.format(&Rfc3339).expect("a year of four digits")).collect()
}

#[test]
fn a_recurrence_takes_its_time_of_day_from_its_start() {
    let daily = "DTSTART:20261128T090000Z\nRRULE:FREQ=DAILY";
    let expected = ["2026-11-28T09:00:00Z", "2026-11-29T09:00:00Z"];
    assert_eq!(rounds(daily, None, "2020-01-01T00:00:00Z", 2), expected);
    // In a zone the clock on the wall counts: ten o'clock in Zurich, winter and summer.
    let weekly = "DTSTART;TZID=Europe/Zurich:20260323T100000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO";
    let expected = ["2026-03-23T09:00:00Z", "2026-03-30T08:00:00Z"];
    assert_eq!(rounds(weekly, None, "2026-01-01T00:00:00Z", 2), expected);
    let given = rounds(daily, Some("America/New_York"), "2027-03-13T15:00:00Z", 1);
    assert_eq!(given, ["2027-03-14T08:00:00Z"], "four in the morning by the clock of New York");
    let last = "DTSTART:20260101T170000Z RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1";
    let expected = ["2026-01-30T17:00:00Z", "2026-02-27T17:00:00Z", "2026-03-31T17:00:00Z"];
    assert_eq!(rounds(last, None, "2026-01-01T00:00:00Z", 3), expected);
}

#[test]
fn a_recurrence_ends_with_its_count_or_its_day() {
    let twice = "DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;COUNT=2";
    let expected = ["2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z"];
    assert_eq!(rounds(twice, None, "2025-01-01T00:00:00Z", 9), expected);
    // However late one asks, what came before counts.
    assert_eq!(rounds(twice, None, "2026-01-02T09:00:00Z", 9), [""; 0]);
    for until in ["20260102T090000Z", "20260102"] {
        let rule = format!("DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;UNTIL={until}");
        assert_eq!(rounds(&rule, None, "2025-01-01T00:00:00Z", 9), expected);
    }
}

#[test]
fn both_kinds_have_the_same_rules_when_the_clock_changes() {
    // Half past two does not exist on the day of spring and comes twice on the day of autumn; in
    // New York it is half past one that comes twice.
    let zones = [
        ("Europe/Zurich", "023000", ["2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z"]),
        ("America/New_York", "013000", ["2026-03-08T06:30:00Z", "2026-11-01T05:30:00Z"]),
        ("America/New_York", "023000", ["2026-03-08T07:00:00Z", "2026-11-01T07:30:00Z"]),
    ];
    for (zone, start, expected) in zones {
        let rule = format!("DTSTART;TZID={zone}:20260101T{start}\nRRULE:FREQ=DAILY");
        let recurrence = Schedule::read(&rule, None).expect("a recurrence");
        let pattern = format!("30 {} * * *", &start[1..2]);
        let cron = Schedule::read(&pattern, Some(zone)).expect("a pattern");
        let (from, until) = (at("2026-01-01T12:00:00Z"), at("2027-01-01T00:00:00Z"));
        let times: Vec<_> = recurrence.between(from, until, 1_000).collect();
        assert_eq!(times, cron.between(from, until, 1_000).collect::<Vec<_>>(), "{rule}");
        assert!(expected.iter().all(|day| times.contains(&at(day))), "{zone}: {times:?}");
        let back: Vec<_> = recurrence.backwards(from, until, 1_000).collect();
        assert_eq!(back, times.iter().rev().copied().collect::<Vec<_>>(), "{rule}");
    }
    // An interval goes on through both, and skips what is not shown.
    let often = "DTSTART;TZID=Europe/Zurich:20260101T000000\nRRULE:FREQ=MINUTELY;INTERVAL=30";
    let cron = Schedule::read("*/30 * * * *", Some("Europe/Zurich")).expect("a pattern");
    let recurrence = Schedule::read(often, None).expect("a recurrence");
    for day in ["2026-03-29", "2026-10-25"] {
        let (from, until) = (at(&format!("{day}T00:00:00Z")), at(&format!("{day}T03:00:00Z")));
        let times: Vec<_> = recurrence.between(from, until, 99).collect();
        assert_eq!(times, cron.between(from, until, 99).collect::<Vec<_>>(), "{day}");
        assert_eq!(times.len(), 6);
        let back: Vec<_> = recurrence.backwards(from, until, 99).collect();
        assert_eq!(back, times.iter().rev().skip(1).copied().collect::<Vec<_>>(), "{day}");
    }
}

#[test]
fn leap_days_come_and_the_thirtieth_of_february_never_does() {
    let leap = "DTSTART:20240229T120000Z\nRRULE:FREQ=YEARLY";
    let expected = ["2028-02-29T12:00:00Z", "2032-02-29T12:00:00Z"];
    assert_eq!(rounds(leap, None, "2024-03-01T00:00:00Z", 2), expected);
    let never = "DTSTART:20260101T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30";
    assert!(fault(never, None).contains("never comes round"));
    let before = Instant::now();
    let odd = "DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY;INTERVAL=2;BYSECOND=1";
    assert!(fault(odd, None).contains("too long to find"));
    assert!(before.elapsed().as_millis() < 500, "took {:?}", before.elapsed());
}

#[test]
fn what_came_before_is_found_without_a_walk_from_the_start() {
    let long = "DTSTART:19700101T000000Z\nRRULE:FREQ=SECONDLY";
    let schedule = Schedule::read(long, None).expect("a recurrence");
    let before = Instant::now();
    assert_eq!(schedule.previous(at("2026-11-28T12:00:00Z")), Some(at("2026-11-28T11:59:59Z")));
    assert_eq!(schedule.next_after(at("2026-11-28T12:00:00.5Z")), Some(at("2026-11-28T12:00:01Z")));
    assert!(before.elapsed().as_millis() < 200, "took {:?}", before.elapsed());
    let cron = Schedule::read("0 9 29 2 *", None).expect("a pattern");
    assert_eq!(cron.previous(at("2027-01-01T00:00:00Z")), Some(at("2024-02-29T09:00:00Z")));
    let first = Schedule::read("DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY", None).expect("one");
    assert_eq!(first.previous(at("2026-01-01T09:00:00Z")), None);
}

#[test]
fn a_wrong_recurrence_says_what_is_wrong() {
    let bare = fault("RRULE:FREQ=DAILY", None);
    assert!(bare.contains("the line with its start") && bare.contains("DTSTART:2026"), "{bare}");
    let of = |rule: &str| fault(&format!("DTSTART:20260101T090000Z\nRRULE:{rule}"), None);
    assert!(of("FREQ=DAILLY").contains("did you mean \"DAILY\"?"), "{}", of("FREQ=DAILLY"));
    assert!(of("FREQ=DAILY;BYFOO=1").contains("no part \"BYFOO\""));
    assert!(of("FREQ=DAILY;COUNT=1;UNTIL=20270101").contains("not both"));
    assert!(of("FREQ=DAILY;COUNT=4000000000").contains("COUNT is at most 10000"));
    assert!(of("FREQ=DAILY;INTERVAL=0").contains("INTERVAL is a whole number"));
    assert!(of("FREQ=DAILY;BYHOUR=24").contains("BYHOUR lists numbers from 0 to 23"));
    assert!(of("FREQ=MONTHLY;BYMONTHDAY=0").contains("1 to 31, or from -1 to -31"));
    assert!(of("FREQ=WEEKLY;BYDAY=1MO").contains("no meaning with FREQ=WEEKLY"));
    assert!(of("FREQ=SECONDLY;BYSETPOS=1").contains("no meaning with FREQ=SECONDLY"));
    assert!(of("FREQ=DAILY;BYDAY=\u{1F600}").contains("BYDAY lists days"));
    let both = "DTSTART;TZID=Europe/Zurich:20260101T090000\nRRULE:FREQ=DAILY";
    assert!(fault(both, Some("America/New_York")).contains("leave one of them out"));
    assert!(fault("DTSTART:2026-01-01\nRRULE:FREQ=DAILY", None).contains("is no start"));
    assert!(fault("DTSTART:20260101T090000Z\nEXDATE:20260102T090000Z", None).contains("and no"));
}

mod against_another_reader {
    use proptest::prelude::*;

    use super::*;

    const COMMON: [&str; 6] = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"];
    const BY: [&str; 7] = [
        "",
        ";BYDAY=MO,WE",
        ";BYMONTH=2,3",
        ";BYHOUR=9,17",
        ";BYMINUTE=0,30;BYSECOND=5",
        ";BYMONTH=1;BYDAY=TU,SU",
        ";BYHOUR=3;BYMINUTE=3",
    ];
    const SPECIAL: [&str; 16] = [
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=2TU,3WE",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=1SU",
        "FREQ=YEARLY;BYYEARDAY=1,100,-1",
        "FREQ=MONTHLY;BYMONTHDAY=-1,15",
        "FREQ=YEARLY;BYWEEKNO=1,20,53;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTHDAY=31",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO",
        "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR",
        "FREQ=YEARLY;BYMONTH=5,6;BYDAY=MO,FR;BYSETPOS=1,-2",
        "FREQ=DAILY;BYHOUR=1,2,3;BYSETPOS=2",
        "FREQ=SECONDLY;INTERVAL=37",
        "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
    ];

    fn is_part_of_a_day(frequency: &str) -> bool {
        ["HOURLY", "MINUTELY"].contains(&frequency)
    }

    fn rule() -> impl Strategy<Value = String> {
        let (common, by) = (prop::sample::select(&COMMON[..]), prop::sample::select(&BY[..]));
        let common = (common, 1..40_u32, by).prop_map(|(freq, interval, by)| {
            // Where theirs passes hours over it loses count: each 13 minutes from midnight on, it
            // says that five past nine is one.
            let interval = if by.is_empty() || !is_part_of_a_day(freq) { interval } else { 1 };
            format!("FREQ={freq};INTERVAL={interval}{by}")
        });
        prop_oneof![common, prop::sample::select(&SPECIAL[..]).prop_map(str::to_owned),]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn the_times_of_a_rule_are_those_that_another_reader_finds(
            rule in rule(),
            day in 0..20_000_i64,
            second in 0..86_400_i64,
        ) {
            let start = at("1980-01-01T00:00:00Z") + time::Duration::seconds(day * 86_400 + second);
            let (date, hours) = (start.date(), start.time());
            let text = format!(
                "DTSTART:{:04}{:02}{:02}T{:02}{:02}{:02}Z\nRRULE:{rule}",
                date.year(), u8::from(date.month()), date.day(),
                hours.hour(), hours.minute(), hours.second(),
            );
            let theirs: rrule::RRuleSet = text.parse().expect("another reader reads it");
            let theirs: Vec<i64> = theirs.all(12).dates.iter().map(chrono::DateTime::timestamp).collect();
            let (from, far) = (at("1970-01-01T00:00:00Z"), at("2500-01-01T00:00:00Z"));
            let ours: Vec<i64> = Schedule::read(&text, None).map_or_else(
                |_| Vec::new(),
                |ours| ours.between(from, far, 12).map(OffsetDateTime::unix_timestamp).collect(),
            );
            // Theirs gives up after a hundred thousand looks, ours after a hundred years.
            let common = ours.len().min(theirs.len());
            prop_assert_eq!(&ours[..common], &theirs[..common], "{}", text);
            prop_assert!(ours.len() == theirs.len() || common == 0 || rule.contains("INTERVAL"));
        }
    }
}
