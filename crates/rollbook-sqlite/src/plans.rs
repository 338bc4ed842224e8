//! Each statement finds its rows by an index: no request may cost the size of a table.

use chrono::DateTime;
use rollbook_protocol::{ClientKind, Key, Member, MemberEdit, Predicate, Quirks};
use rollbook_store::{
    Batch, Directory, LedgerWrite, Link, LinkState, OauthClient, Precondition, Query, RequestRecord,
    ResourceWrite, Scope, SettingsWrite, Start, StoreError, Target, TargetHealth, Token, TokenHash,
};

use crate::cache::Cache;
use crate::db::{Db, seen};
use crate::read::{ledger, members, query, resources, settings};
use crate::write::Order;
use crate::{store, write};

/// Tables with a row for each thing that a person has set up: reading all of them is what was asked for.
const SMALL: [&str; 3] = ["SCAN directories", "SCAN targets", "SCAN CONSTANT ROW"];

#[test]
fn every_statement_uses_an_index() {
    let (_directory, connection) = store::scratch();
    let db = Db::new(&connection);
    let _ = seen::statements();
    write_everything(db).unwrap();
    let statements = seen::statements();
    for sql in &statements {
        assert_eq!(seen::parsed_again(&connection, sql), 0, "{sql}");
    }
    assert!(statements.len() > 90, "only {} statements were seen", statements.len());
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
    let token =
        Token::new("k".into(), "d".into(), TokenHash::of("k"), DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
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
    let mut directory = Directory::new("d".into(), "d", "d", ClientKind::Generic, DateTime::UNIX_EPOCH);
    let client = OauthClient {
        id: "c".into(),
        directory: "d".into(),
        label: String::new(),
        secrets: Vec::new(),
        scope: Scope::Read,
        token_seconds: 60,
        created: DateTime::UNIX_EPOCH,
    };
    let request = RequestRecord {
        at: DateTime::UNIX_EPOCH,
        directory: Some("d".into()),
        client: None,
        token: None,
        method: String::new(),
        path: String::new(),
        status: 200,
        reason: None,
        micros: 0,
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
        .setting(SettingsWrite::PutDirectory(directory.clone()))
        .setting(SettingsWrite::PutToken(token))
        .setting(SettingsWrite::TouchToken { id: "k".into(), at })
        .setting(SettingsWrite::PutTarget(target))
        .setting(SettingsWrite::PutHealth { target: "t".into(), health: TargetHealth::default() })
        .setting(SettingsWrite::PutMark { name: "m".to_owned(), value: "v".into() });
    let prune = SettingsWrite::PruneRequests { directory: Some("d".into()), keep: 1, before: at };
    let rest = batch()
        .setting(SettingsWrite::PutClient(client))
        .setting(SettingsWrite::AppendRequest(request))
        .setting(prune)
        .setting(SettingsWrite::DropExpiredTokens { before: at, limit: 9 })
        .setting(SettingsWrite::DeleteToken("other".into()))
        .setting(SettingsWrite::DeleteClient("other".into()));
    directory.deleting = Some(at);
    let purge = |limit| SettingsWrite::PurgeDirectory { directory: "d".into(), limit };
    let gone = batch().setting(SettingsWrite::PutDirectory(directory)).setting(purge(1)).setting(purge(99));
    let mut strict = batch().resource(group("h", vec![MemberEdit::Add(vec![Member::new("z")])]));
    strict.unresolved_members = 0;
    db.begin()?;
    let (_, effects) = db.savepoint(|db| write::batch(db, &all))??;
    effects.order.write(db)?;
    many(8_000).write(db)?;
    db.savepoint(|db| write::batch(db, &rest))??;
    let refused = db.savepoint(|db| write::batch(db, &strict))?;
    assert!(matches!(refused, Err(StoreError::UnresolvedMember { .. })));
    db.commit()?;
    read_everything(db)?;
    read_everything(db)?;
    db.begin()?;
    db.savepoint(|db| write::batch(db, &gone))??;
    db.commit()
}

/// Counts of users that are not there: enough that blocks are split, as far as there are rows, and joined.
fn many(count: i64) -> Order {
    let mut order = Order::default();
    for n in 0..count {
        order.added(1, "User", DateTime::UNIX_EPOCH, &format!("u{n}").as_str().into());
    }
    order.removed(1, "User", DateTime::UNIX_EPOCH, &"u".into());
    order
}

fn read_everything(db: Db<'_>) -> Result<(), StoreError> {
    let (directory, target, id) = ("d".into(), "t".into(), "g".into());
    let number = resources::number_of(db, &directory)?.unwrap();
    for filter in [None, Some("displayName eq \"a\""), Some("members eq \"a\""), Some("displayName pr")] {
        let predicate = filter.map(|filter| {
            let (limits, registry) =
                (rollbook_filter::Limits::default(), rollbook_schema::Registry::standard());
            let quirks = Quirks::of(ClientKind::Generic);
            Predicate::parse(filter, &limits, registry.into(), "Group", &quirks).unwrap().into()
        });
        let mut query = Query { predicate, ..Query::of("Group", 9) };
        let cache = Cache::new(1 << 20);
        let kept = |query: &Query| {
            let Some(view) = cache.view(&directory).filter(|_| query.predicate.is_none()) else {
                return Ok(None);
            };
            query::kept_page(db, number, query, view).map(Some)
        };
        query::few(db, number, &query)?;
        kept(&query)?;
        query::query(db, number, &query)?;
        query.start = Start::First;
        query.count = 1;
        let next = query::query(db, number, &query)?.next;
        query.start = next.map_or(Start::First, Start::After);
        kept(&query)?;
        let previous = query::query(db, number, &query)?.previous;
        query.start = previous.map_or(Start::First, Start::Before);
        kept(&query)?;
        query::query(db, number, &query)?;
    }
    resources::get(db, number, &id)?;
    resources::changes(db, number, 0, 9)?;
    resources::last_seq(db, number)?;
    resources::ids_by_key(db, number, "Group", "displayname", &["g".to_owned()])?;
    members::page(db, number, &id, Some("a"), 9)?;
    members::among(db, number, &id, &["a".to_owned()])?;
    members::groups_of(db, number, &id)?;
    members::groups_of_each(db, number, &["x".into(), "a".into()])?;
    members::changes(db, number, &id, 0, 9)?;
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
    settings::client(db, &"c".into())?;
    settings::clients(db, &directory)?;
    settings::requests(db, Some(&directory), 9)?;
    settings::targets(db, Some(&directory))?;
    settings::target(db, &target)?;
    settings::mark(db, "m")?;
    Ok(())
}
