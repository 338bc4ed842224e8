//! Positions: their text, and what they come before.

use std::sync::Arc;

use chrono::DateTime;
use proptest::prelude::*;
use rollbook_filter::AttrPath;
use rollbook_protocol::Sort;
use rollbook_schema::{Registry, Resource, Value, parse_value};
use rollbook_store::query::{LONGEST_POSITION, Listing, Position, Read};
use rollbook_store::{Page, Query, Start, StoreError, Stored};

fn stored(seconds: i64, nanos: u32, id: &str) -> Stored {
    let at = DateTime::from_timestamp(seconds, nanos).unwrap();
    Stored {
        id: id.into(),
        resource_type: "User".to_owned(),
        version: 1,
        created: at,
        modified: at,
        body: "{}".into(),
    }
}

fn by_title() -> Sort {
    let path = AttrPath::new("title").unwrap();
    Sort::new(&path, false, Arc::new(Registry::standard()), "User").unwrap()
}

fn titled(title: &str) -> Resource {
    let body = serde_json::json!({ "title": title }).to_string();
    match parse_value(body.as_bytes(), &rollbook_schema::JsonLimits::default()).unwrap() {
        Value::Complex(complex) => Resource::from(complex),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_longest_positions_fit() {
    let row = stored(-8_334_601_228_800, 999_999_999, &"x".repeat(400));
    let sort = by_title();
    let key = sort.key(&titled(&"\u{10ffff}".repeat(1_000)));
    let position = Position::after(&row, Some(key));
    let text = position.to_string();
    assert!(text.len() <= LONGEST_POSITION, "{} bytes", text.len());
    assert_eq!(Position::parse(&text, Some(&sort)).unwrap(), position);
    let text = Position::after(&stored(0, 0, &"x".repeat(3_000)), None).to_string();
    assert!(matches!(Position::parse(&text, None), Err(StoreError::InvalidPosition)));
}

#[test]
fn the_text_has_one_form() {
    let text = Position::before(&stored(5, 7, "a b"), None).to_string();
    assert_eq!(text, "<5 7 3 a b");
    let position = Position::parse(&text, None).unwrap();
    assert_eq!((position.id().as_str(), position.is_after(), position.key()), ("a b", false, None));
    assert_eq!((position.operator_up(), position.operator_down()), (">=", "<"));
    let others = [
        "<5 7 3 a bc",
        "<5 7 4 a b",
        "<5 7 2 a b",
        "<05 7 3 a b",
        "<+5 7 3 a b",
        "<5 07 3 a b",
        "<5 7 03 a b",
        "5 7 3 a b",
        "=5 7 3 a b",
        "<5 7 3",
        "<5 7",
        "<",
        "",
        "<5 2000000000 3 a b",
        "<99999999999999 0 1 a",
        "<5 7 1 \u{e9}",
        "<5 7 1 \0",
        "<5  7 3 a b",
        "\u{e9}5 7 3 a b",
        "<5 7 18446744073709551616 a",
    ];
    for other in others {
        assert!(Position::parse(other, None).is_err(), "{other:?}");
    }
    assert!(Position::parse(&text, Some(&by_title())).is_err(), "it has no sort key");
}

/// What a listing answers over rows that are known.
fn list(all: &[Stored], query: &Query) -> Page {
    let listing = Listing::new(query).unwrap();
    let split = |from: &Position| all.split_at(all.partition_point(|row| from.follows(row, None)));
    let (rows, beyond) = match listing.read() {
        Read::Skip { skip, limit } => {
            (all.iter().skip(usize::try_from(skip).unwrap()).take(limit).cloned().collect(), true)
        }
        Read::Up { from: None, limit } => (all.iter().take(limit).cloned().collect(), true),
        Read::Up { from: Some(from), limit } => {
            let (before, after) = split(from);
            (after.iter().take(limit).cloned().collect(), !before.is_empty())
        }
        Read::Down { from, limit } => {
            let (before, after) = split(from);
            (before.iter().rev().take(limit).cloned().collect(), !after.is_empty())
        }
    };
    listing.page(all.len() as u64, rows, beyond)
}

proptest! {
    #[test]
    fn a_position_is_read_as_it_was_written(
        seconds in -8_334_601_228_800_i64..8_210_266_876_799, nanos in 0..1_000_000_000_u32,
        id in "[^\0]{0,60}", title in prop::option::of(".*"), after: bool,
    ) {
        let row = stored(seconds, nanos, &id);
        let sort = title.is_some().then(by_title);
        let key = sort.as_ref().zip(title).map(|(sort, title)| sort.key(&titled(&title)));
        let position = if after { Position::after(&row, key) } else { Position::before(&row, key) };
        prop_assert_eq!(&Position::parse(&position.to_string(), sort.as_ref()).unwrap(), &position);
        prop_assert_eq!(position.follows(&row, position.key()), after);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[<> 0-9a-z\u{e9}-]{0,20}") {
        if let Ok(position) = Position::parse(&text, None) {
            prop_assert_eq!(position.to_string(), text);
        }
    }

    /// From any position that a page gave, whatever has come and gone since, a page shows its true neighbours.
    #[test]
    fn neighbours_are_right_after_any_change(
        before in prop::collection::btree_set((0..6_i64, "[a-d]"), 0..20),
        now in prop::collection::btree_set((0..6_i64, "[a-d]"), 0..20),
        skip in 0..20_usize, count in 1..5_usize, size in 1..5_usize,
    ) {
        let rows = |set: &std::collections::BTreeSet<(i64, String)>| -> Vec<Stored> {
            set.iter().map(|(at, id)| stored(*at, 0, &format!("{at}{id}"))).collect()
        };
        let (old, new) = (rows(&before), rows(&now));
        let mut page = list(&old, &Query { start: Start::First, ..Query::of("User", skip + 1) });
        if let Some(next) = page.next {
            page = list(&old, &Query { start: Start::After(next), ..Query::of("User", count) });
        }
        for start in [page.next.map(Start::After), page.previous.map(Start::Before)].into_iter().flatten() {
            let edge = match &start {
                Start::After(_) => page.items.last().unwrap(),
                _ => page.items.first().unwrap(),
            };
            let place = |row: &Stored| (row.created, row.id.clone());
            let page = list(&new, &Query { start: start.clone(), ..Query::of("User", size) });
            let ahead: Vec<Stored> = match &start {
                Start::After(_) => new.iter().filter(|row| place(row) > place(edge)).cloned().collect(),
                _ => new.iter().filter(|row| place(row) < place(edge)).rev().cloned().collect(),
            };
            let mut expected: Vec<_> = ahead.iter().take(size).cloned().collect();
            let (more, behind) = (ahead.len() > size, new.len() > ahead.len());
            let neighbours = (page.next.is_some(), page.previous.is_some());
            if matches!(start, Start::After(_)) {
                prop_assert_eq!(neighbours, (more, behind));
            } else {
                expected.reverse();
                prop_assert_eq!(neighbours, (behind, more));
            }
            prop_assert_eq!(page.items, expected);
            prop_assert_eq!(page.total, new.len() as u64);
        }
    }
}
