//! Given rows, when they are sealed, then they come back letter by letter, and a changed byte is told.

use std::fs;

use super::{Fault, Header, Row, Shelf, Written};

fn row(position: i64, run: &str, sequence: i64, payload: &str) -> Row {
    Row {
        position,
        sequence,
        recorded_at: 1_767_225_600_000_000 + position,
        aggregate_id: run.to_owned(),
        event_type: "node_succeeded".to_owned(),
        event_version: "1.0".to_owned(),
        payload: payload.to_owned(),
        metadata: r#"{"actor":"test"}"#.to_owned(),
    }
}

/// Two runs side by side, whose payloads fill several frames.
fn rows() -> Vec<Row> {
    let large = |at: i64| format!(r#"{{"e":{{"at":{at},"text":"{}"}}}}"#, "ü".repeat(10_000));
    (1..=100)
        .flat_map(|sequence| {
            let at = sequence * 10;
            [row(at, "run_a", sequence, &large(at)), row(at + 3, "run_b", sequence, "{}")]
        })
        .collect()
}

fn seal(shelf: &Shelf, rows: &[Row]) -> Result<Written, Fault> {
    let mut writer = shelf.begin(&Header::new("2026_01", "org_x", 1), "one")?;
    for row in rows {
        writer.push(row)?;
    }
    writer.finish()
}

#[test]
fn what_was_sealed_reads_back_letter_by_letter() {
    let place = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(place.path().to_owned());
    let rows = rows();
    let written = seal(&shelf, &rows).unwrap();
    assert_eq!((written.events, written.first_position, written.last_position), (200, 10, 1003));
    assert_eq!(written.runs, [("run_a".to_owned(), 100), ("run_b".to_owned(), 100)]);
    let segment = shelf.open(&written.digest).unwrap();
    assert!(segment.frames() > 1);
    segment.must_be(&written.digest).unwrap();
    let read: Vec<Row> = (0..segment.frames()).flat_map(|it| segment.rows(it).unwrap()).collect();
    assert_eq!(read, rows);
}

#[test]
fn a_run_and_a_position_are_found_by_the_index() {
    let place = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(place.path().to_owned());
    let digest = seal(&shelf, &rows()).unwrap().digest;
    let read = shelf.run(&digest, "run_a", 97, 10).unwrap();
    assert_eq!(read.iter().map(|row| row.sequence).collect::<Vec<_>>(), [98, 99, 100]);
    assert_eq!(shelf.run(&digest, "run_a", 0, 2).unwrap().len(), 2);
    assert!(shelf.run(&digest, "run_a", 100, 10).unwrap().is_empty());
    assert!(shelf.run(&digest, "run_c", 0, 10).unwrap().is_empty());
    assert_eq!(shelf.at(&digest, 503).unwrap().unwrap().aggregate_id, "run_b");
    for nobody in [9, 504, 1004] {
        assert_eq!(shelf.at(&digest, nobody).unwrap(), None, "{nobody}");
    }
}

#[test]
fn the_same_rows_make_the_same_file_and_a_torn_one_is_swept_away() {
    let place = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(place.path().to_owned());
    drop(shelf.begin(&Header::new("2026_01", "org_x", 1), "torn").unwrap());
    let first = seal(&shelf, &rows()).unwrap();
    assert_eq!(seal(&shelf, &rows()).unwrap(), first);
    shelf.sweep().unwrap();
    shelf.sweep().unwrap();
    assert!(!place.path().join("new").exists());
    assert!(shelf.place_of(&first.digest).exists());
}

#[test]
fn what_is_no_part_of_a_ledger_is_not_sealed() {
    let place = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(place.path().to_owned());
    for (rows, why) in [
        (vec![], "no event"),
        (vec![row(1, "run_a", 2, "{}")], "follows upon event 0"),
        (vec![row(1, "run_a", 1, "{}"), row(2, "run_a", 3, "{}")], "follows upon event 1"),
        (vec![row(2, "run_a", 1, "{}"), row(2, "run_b", 1, "{}")], "comes behind"),
    ] {
        let refused = seal(&shelf, &rows).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn a_changed_byte_anywhere_is_noticed() {
    let place = tempfile::tempdir().unwrap();
    let digest = seal(&Shelf::new(place.path().to_owned()), &rows()[..20]).unwrap().digest;
    let file = Shelf::new(place.path().to_owned()).place_of(&digest);
    let whole = fs::read(&file).unwrap();
    for at in (0..whole.len()).step_by(97).chain(whole.len() - 60..whole.len()) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::remove_file(&file).unwrap();
        fs::write(&file, changed).unwrap();
        let fresh = Shelf::new(place.path().to_owned());
        let noticed = fresh.open(&digest).and_then(|segment| segment.must_be(&digest));
        assert!(noticed.is_err(), "byte {at}");
    }
    fs::remove_file(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    assert!(Shelf::new(place.path().to_owned()).open(&digest).is_err());
}

#[test]
fn a_segment_that_is_elsewhere_is_named() {
    let place = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(place.path().to_owned());
    let digest = seal(&shelf, &rows()).unwrap().digest;
    shelf.remove(&digest).unwrap();
    shelf.remove(&digest).unwrap();
    assert!(matches!(shelf.open(&digest), Err(Fault::Away { .. })));
}
