//! Each statement finds its rows by an index: no request may cost the size of a table.

use chrono::DateTime;
use rollbook_protocol::{ClientKind, Key, Member, MemberEdit, Predicate, Quirks};
use rollbook_store::{
    Batch, Directory, LedgerWrite, Link, LinkState, Precondition, Query, ResourceWrite, SettingsWrite, Start,
    StoreError, Target, TargetHealth, Token, TokenHash,
};

use crate::db::{Db, seen};
use crate::read::{ledger, members, query, resources, settings};
use crate::{store, write};

/// Tables with a row for each thing that a person has set up: reading all of them is what was asked for.
const SMALL: [&str; 3] = ["SCAN directories", "SCAN targets", "SCAN CONSTANT ROW"];

#[test]
fn every_statement_uses_an_index() {
    let (_directory, connection) = store::scratch();
    let db = Db::new(&connection);
    let _ = seen::statements();
    write_everything(db).unwrap();
    read_everything(db).unwrap();
    let statements = seen::statements();
    assert!(statements.len() > 60, "only {} statements were seen", statements.len());
    for sql in statements {
        for step in seen::plan(&connection, sql) {
            assert!(!step.starts_with("SCAN") || SMALL.contains(&&*step), "{step}\n{sql}");
        }
    }
}

fn batch() -> Batch {
    Batch::new("d".into(), DateTime::UNIX_EPOCH)
}

fn group(id: &str, members: Vec<MemberEdit>) -> ResourceWrite {
    ResourceWrite::Create {
        id: id.into(),
        resource_type: "Group".to_owned(),
        body: "{}".into(),
        keys: vec![Key::new("displayname", id, true)],
        display: None,
        members,
        attributes: Vec::new(),
    }
}

fn write_everything(db: Db<'_>) -> Result<(), StoreError> {
    let link = Link {
        target: "t".into(),
        resource: "a".into(),
        resource_type: "User".to_owned(),
        state: LinkState::Linked,
        remote_id: None,
        confirmed: None,
        confirmed_seq: 0,
        mark: 0,
        due_at: None,
        changed_at: None,
        attempts: 0,
        failure: None,
    };
    let token = Token {
        id: "k".into(),
        directory: "d".into(),
        hash: TokenHash::of("k"),
        prefix: String::new(),
        label: String::new(),
        created: DateTime::UNIX_EPOCH,
        expires: DateTime::UNIX_EPOCH,
        last_used: None,
        scope: rollbook_store::Scope::Write,
        replaces: None,
        client: None,
        resource: None,
    };
    let target = Target {
        id: "t".into(),
        directory: "d".into(),
        name: "t".to_owned(),
        connector: "scim2".to_owned(),
        url: String::new(),
        profile: "{}".into(),
        credential: None,
        created: DateTime::UNIX_EPOCH,
        health: TargetHealth::default(),
    };
    let directory = Directory {
        id: "d".into(),
        slug: "d".to_owned(),
        name: "d".to_owned(),
        client: ClientKind::Generic,
        created: DateTime::UNIX_EPOCH,
        settings: rollbook_store::DirectorySettings::default(),
        deleting: None,
    };
    let (at, any) = (DateTime::UNIX_EPOCH, Precondition::Any);
    let replace = ResourceWrite::Replace {
        id: "g".into(),
        body: "{ }".into(),
        keys: vec![Key::new("displayname", "other", true)],
        display: None,
        members: vec![MemberEdit::ReplaceAll(vec![Member::new("a"), Member::new("x")])],
        attributes: Vec::new(),
        expected: any,
    };
    let all = batch()
        .resource(group("a", Vec::new()))
        .resource(group("g", vec![MemberEdit::Add(vec![Member::new("a"), Member::new("y")])]))
        .resource(replace)
        .resource(ResourceWrite::Delete { id: "a".into(), expected: any })
        .ledger(LedgerWrite::MarkDue {
            target: "t".into(),
            resource: "a".into(),
            resource_type: "User".to_owned(),
            at,
            changed_at: at,
        })
        .ledger(LedgerWrite::PutLink(link.clone()))
        .ledger(LedgerWrite::Settle(link))
        .ledger(LedgerWrite::SetWaiting { target: "t".into(), resource: "a".into(), on: vec!["b".into()] })
        .ledger(LedgerWrite::Wake { target: "t".into(), on: "b".into(), at })
        .ledger(LedgerWrite::SetCursor { target: "t".into(), seq: 1 })
        .setting(SettingsWrite::PutDirectory(directory))
        .setting(SettingsWrite::PutToken(token))
        .setting(SettingsWrite::TouchToken { id: "k".into(), at })
        .setting(SettingsWrite::PutTarget(target))
        .setting(SettingsWrite::PutHealth { target: "t".into(), health: TargetHealth::default() })
        .setting(SettingsWrite::PutMark { name: "m".to_owned(), value: "v".into() });
    let mut strict = batch().resource(group("h", vec![MemberEdit::Add(vec![Member::new("z")])]));
    strict.unresolved_members = 0;
    db.begin()?;
    db.savepoint(|db| write::batch(db, &all))??;
    let refused = db.savepoint(|db| write::batch(db, &strict))?;
    assert!(matches!(refused, Err(StoreError::UnresolvedMember { .. })));
    db.commit()
}

fn read_everything(db: Db<'_>) -> Result<(), StoreError> {
    let (directory, target, id) = ("d".into(), "t".into(), "g".into());
    for filter in [None, Some("displayName eq \"a\""), Some("members eq \"a\""), Some("displayName pr")] {
        let predicate = filter.map(|filter| {
            let (limits, registry) =
                (rollbook_filter::Limits::default(), rollbook_schema::Registry::standard());
            let quirks = Quirks::of(ClientKind::Generic);
            Predicate::parse(filter, &limits, registry.into(), "Group", &quirks).unwrap().into()
        });
        let resource_type = "Group".to_owned();
        query::query(
            db,
            &directory,
            &Query { resource_type, predicate, sort: None, start: Start::Index(1), count: 9 },
        )?;
    }
    resources::get(db, &directory, &id)?;
    resources::changes(db, &directory, 0, 9)?;
    resources::last_seq(db, &directory)?;
    members::page(db, &directory, &id, Some("a"), 9)?;
    members::among(db, &directory, &id, &["a".to_owned()])?;
    members::groups_of(db, &directory, &id)?;
    members::changes(db, &directory, &id, 0, 9)?;
    ledger::cursor(db, &target)?;
    ledger::links(db, &target, std::slice::from_ref(&id))?;
    ledger::due(db, &target, "User", DateTime::UNIX_EPOCH, 9)?;
    ledger::next_due(db, &target)?;
    ledger::waiting(db, &target, &id)?;
    ledger::counts(db, &target)?;
    ledger::troubled(db, &target, 9)?;
    ledger::attempts(db, &target, None, 9)?;
    ledger::attempts(db, &target, Some(&id), 9)?;
    settings::directories(db)?;
    settings::directory(db, "d")?;
    settings::token(db, &TokenHash::of("k"))?;
    settings::tokens(db, &directory)?;
    settings::targets(db, Some(&directory))?;
    settings::target(db, &target)?;
    settings::mark(db, "m")?;
    Ok(())
}
