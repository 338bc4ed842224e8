//! The limits of a scan.

use std::sync::Arc;

use chrono::DateTime;
use rollbook_filter::{AttrPath, Limits};
use rollbook_protocol::{ClientKind, Lookup, Predicate, Quirks, Sort};
use rollbook_schema::Registry;
use rollbook_store::query::{Members, Scan};
use rollbook_store::{GroupRef, MemberRow, Query, Start, StoreError, Stored};

fn query(filter: Option<&str>, sort: Option<&str>) -> Query {
    let registry = Arc::new(Registry::standard());
    let quirks = Quirks::of(ClientKind::Generic);
    let predicate = filter.map(|filter| {
        Arc::new(
            Predicate::parse(filter, &Limits::default(), Arc::clone(&registry), "User", &quirks).unwrap(),
        )
    });
    let sort = sort
        .map(|path| Sort::new(&AttrPath::new(path).unwrap(), false, Arc::clone(&registry), "User").unwrap());
    Query { resource_type: "User".to_owned(), predicate, sort, start: Start::Index(1), count: 3 }
}

fn stored(n: u32) -> Stored {
    Stored {
        id: format!("{n}").as_str().into(),
        resource_type: "User".to_owned(),
        version: u64::from(n),
        created: DateTime::from_timestamp(i64::from(n), 0).unwrap(),
        modified: DateTime::from_timestamp(i64::from(n), 0).unwrap(),
        body: format!("{{\"userName\":\"u{}\"}}", 9_999 - n).into(),
    }
}

fn push(scan: &mut Scan<'_>, count: u32) -> Result<(), StoreError> {
    (0..count).try_for_each(|n| scan.push(stored(n), &[], &[]))
}

#[test]
fn a_scan_reads_no_more_than_its_limit() {
    for (filter, sort) in
        [(Some("title pr"), None), (None, Some("userName")), (Some("title pr"), Some("userName"))]
    {
        let query = query(filter, sort);
        let mut scan = Scan::new(&query).unwrap().limit(5);
        push(&mut scan, 5).unwrap();
        let error = scan.push(stored(6), &[], &[]).unwrap_err();
        assert!(matches!(error, StoreError::TooMany { limit: 5 }), "{error:?}");
    }
}

#[test]
fn what_is_not_read_is_not_limited() {
    for filter in [None, Some("userName eq \"x\"")] {
        let query = query(filter, None);
        let mut scan = Scan::new(&query).unwrap().limit(5);
        assert!(!scan.evaluates());
        push(&mut scan, 20).unwrap();
        let page = scan.finish();
        assert_eq!((page.total, page.items.len()), (20, 3));
    }
}

#[test]
fn edges_are_limited_too() {
    let query = query(Some("groups.value eq \"x\" or title pr"), None);
    let mut scan = Scan::new(&query).unwrap();
    let groups = vec![GroupRef { id: "g".into(), display: None }; 400_000];
    scan.push(stored(1), &[], &groups).unwrap();
    scan.push(stored(2), &[], &groups).unwrap();
    let error = scan.push(stored(3), &[], &groups).unwrap_err();
    assert!(matches!(error, StoreError::TooMany { .. }), "{error:?}");
}

#[test]
fn a_sorted_page_is_the_same_however_many_there_are() {
    let query = query(None, Some("userName"));
    let mut scan = Scan::new(&query).unwrap();
    push(&mut scan, 5_000).unwrap();
    let page = scan.finish();
    let ids: Vec<_> = page.items.iter().map(|stored| stored.id.to_string()).collect();
    assert_eq!((page.total, ids), (5_000, ["4999", "4998", "4997"].map(str::to_owned).to_vec()));
}

#[test]
fn a_scan_says_what_it_needs() {
    let listing = query(None, None);
    let scan = Scan::new(&listing).unwrap();
    assert!(scan.is_listing() && !scan.evaluates() && !scan.groups());
    assert_eq!((scan.lookup(), scan.members()), (None, Members::None));
    let exact = query(Some("id eq \"7\""), None);
    let scan = Scan::new(&exact).unwrap();
    assert!(!scan.is_listing() && !scan.evaluates());
    assert_eq!(scan.lookup(), Some(&Lookup::Id("7".to_owned())));
    let groups = query(Some("groups.display eq \"x\""), None);
    assert!(Scan::new(&groups).unwrap().groups() && Scan::new(&groups).unwrap().evaluates());
    let sorted = query(None, Some("userName"));
    assert!(!Scan::new(&sorted).unwrap().is_listing() && Scan::new(&sorted).unwrap().evaluates());
    let total = Query { count: 0, ..sorted };
    assert!(Scan::new(&total).unwrap().is_listing(), "a total needs no order");
}

#[test]
fn a_damaged_body_is_an_error() {
    let query = query(Some("title pr"), None);
    for body in ["", "[]", "{\"a\":"] {
        let error =
            Scan::new(&query).unwrap().push(Stored { body: body.into(), ..stored(1) }, &[], &[]).unwrap_err();
        assert!(matches!(error, StoreError::Backend(_)), "{error:?}");
        assert_eq!(error.to_string(), "the store failed", "the cause is for the log");
    }
}

#[test]
fn members_are_seen_where_they_are_pushed() {
    let quirks = Quirks::of(ClientKind::Generic);
    let registry = Arc::new(Registry::standard());
    let predicate =
        Predicate::parse("members.display eq \"ann\"", &Limits::default(), registry, "Group", &quirks)
            .unwrap();
    let query = Query {
        resource_type: "Group".to_owned(),
        predicate: Some(Arc::new(predicate)),
        ..query(None, None)
    };
    let mut scan = Scan::new(&query).unwrap();
    assert_eq!(scan.members(), Members::All);
    let row =
        MemberRow { value: "1".to_owned(), resource_type: None, display: Some("Ann".to_owned()), seq: 1 };
    let group =
        |n| Stored { resource_type: "Group".to_owned(), body: "{\"displayName\":\"g\"}".into(), ..stored(n) };
    scan.push(group(1), &[row], &[]).unwrap();
    scan.push(group(2), &[], &[]).unwrap();
    let page = scan.finish();
    assert_eq!((page.total, page.items[0].id.as_str()), (1, "1"));
}

#[test]
fn one_asked_member_is_all_that_is_needed() {
    let quirks = Quirks::of(ClientKind::Generic);
    let registry = Arc::new(Registry::standard());
    let filter = "id eq \"1\" and members eq \"u\"";
    let predicate = Predicate::parse(filter, &Limits::default(), registry, "Group", &quirks).unwrap();
    let query = Query {
        resource_type: "Group".to_owned(),
        predicate: Some(Arc::new(predicate)),
        ..query(None, None)
    };
    let mut scan = Scan::new(&query).unwrap();
    let asked = scan.members();
    assert_eq!(asked, Members::Among(&["u".to_owned()]));
    let row = MemberRow { value: "u".to_owned(), resource_type: None, display: None, seq: 1 };
    let group = |n| Stored { resource_type: "Group".to_owned(), body: "{}".into(), ..stored(n) };
    scan.push(group(1), std::slice::from_ref(&row), &[]).unwrap();
    scan.push(group(1), &[], &[]).unwrap();
    scan.push(group(2), &[row], &[]).unwrap();
    assert_eq!(scan.finish().total, 1);
}
