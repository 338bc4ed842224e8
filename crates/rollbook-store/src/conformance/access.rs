//! Tokens and OAuth clients.

use std::sync::Arc;

use super::fixture::{Fixture, assert_taken, directory, instant};
use crate::{
    Batch, ClientId, ClientSecret, OauthClient, Scope, SettingsWrite, Store, StoreError, Token, TokenHash,
};

async fn put(store: &Arc<dyn Store>, write: SettingsWrite) -> Result<(), StoreError> {
    store.commit(Batch::global(instant(9)).setting(write)).await.map(drop)
}

async fn put_all(store: &Arc<dyn Store>, writes: impl IntoIterator<Item = SettingsWrite>) {
    for write in writes {
        put(store, write).await.expect("it can be put");
    }
}

/// A token of the directory `acme`, good until a time; its secret is its id.
fn token(id: &str, expires: i64) -> Token {
    let directory = directory("acme").id;
    Token::new(id.into(), directory, TokenHash::of(id), instant(0), instant(expires))
}

fn issued(id: &str, client: &str, expires: i64) -> Token {
    Token { client: Some(client.into()), scope: Scope::Read, ..token(id, expires) }
}

fn client(id: &str, created: i64) -> OauthClient {
    OauthClient {
        id: id.into(),
        directory: directory("acme").id,
        label: format!("Sync \"{id}\""),
        secrets: vec![secret("one", None)],
        scope: Scope::Write,
        token_seconds: 3_600,
        created: instant(created),
    }
}

fn secret(text: &str, expires: Option<i64>) -> ClientSecret {
    ClientSecret {
        hash: TokenHash::of(text),
        prefix: format!("rbs_{text}"),
        created: instant(1),
        expires: expires.map(instant),
    }
}

/// The ids of the tokens of `acme`, sorted.
async fn tokens(store: &Arc<dyn Store>) -> Vec<String> {
    let tokens = store.tokens(&directory("acme").id).await.expect("tokens can be read");
    let mut ids: Vec<_> = tokens.into_iter().map(|token| token.id.to_string()).collect();
    ids.sort();
    ids
}

async fn acme(store: Arc<dyn Store>) -> Arc<dyn Store> {
    Fixture::new(Arc::clone(&store)).await;
    store
}

/// A token comes back whole: what it may do, what it replaces, whom it was issued to, whom `/Me` means.
pub async fn a_token_is_kept_whole(store: Arc<dyn Store>) {
    let store = acme(store).await;
    let full = Token {
        prefix: "rbk_abcd".to_owned(),
        label: "Entra, \"main\"".to_owned(),
        last_used: Some(instant(60)),
        scope: Scope::Read,
        replaces: Some("old".into()),
        client: Some("c".into()),
        resource: Some("u-ann".into()),
        ..token("1", 100)
    };
    put_all(&store, [SettingsWrite::PutClient(client("c", 0)), SettingsWrite::PutToken(token("old", 50))])
        .await;
    put_all(&store, [SettingsWrite::PutToken(full.clone())]).await;
    assert_eq!(store.token(&full.hash).await.unwrap().as_ref(), Some(&full));
    assert_eq!(store.tokens(&full.directory).await.unwrap().iter().find(|it| it.id == full.id), Some(&full));
    let plain = token("1", 100);
    put_all(&store, [SettingsWrite::PutToken(plain.clone())]).await;
    assert_eq!(store.token(&plain.hash).await.unwrap(), Some(plain), "each field can be taken back");
}

/// Noting the use of a token changes nothing else of it.
pub async fn a_used_token_keeps_the_rest(store: Arc<dyn Store>) {
    let store = acme(store).await;
    let one = Token { scope: Scope::Read, resource: Some("u-ann".into()), ..token("1", 100) };
    put_all(&store, [SettingsWrite::PutToken(one.clone()), SettingsWrite::PutToken(token("2", 100))]).await;
    put_all(&store, [SettingsWrite::TouchToken { id: "1".into(), at: instant(120) }]).await;
    let used = Token { last_used: Some(instant(120)), ..one };
    assert_eq!(store.token(&used.hash).await.unwrap(), Some(used));
    assert_eq!(store.token(&TokenHash::of("2")).await.unwrap(), Some(token("2", 100)));
}

/// While a token is rotated both are good: the new one names the old one, whose end can be moved.
pub async fn a_rotated_token_lives_beside_the_new_one(store: Arc<dyn Store>) {
    let store = acme(store).await;
    put_all(&store, [SettingsWrite::PutToken(token("old", 1_000))]).await;
    let old = token("old", 200);
    let new = Token { replaces: Some("old".into()), ..token("new", 2_000) };
    let batch = Batch::global(instant(100))
        .setting(SettingsWrite::PutToken(old.clone()))
        .setting(SettingsWrite::PutToken(new.clone()));
    store.commit(batch).await.expect("both are written together");
    assert_eq!(store.token(&old.hash).await.unwrap(), Some(old));
    assert_eq!(store.token(&new.hash).await.unwrap(), Some(new.clone()));
    put_all(&store, [SettingsWrite::DeleteToken("old".into())]).await;
    assert_eq!(store.token(&new.hash).await.unwrap(), Some(new), "the new one does not go with the old one");
}

/// A removed token is not found any more; one that is not there is fine, and the others stay.
pub async fn a_token_can_be_removed(store: Arc<dyn Store>) {
    let store = acme(store).await;
    put_all(&store, ["1", "2", "3"].map(|id| SettingsWrite::PutToken(token(id, 100)))).await;
    assert!(store.token(&TokenHash::of("2")).await.unwrap().is_some());
    put_all(&store, ["2", "2", "nothing"].map(|id| SettingsWrite::DeleteToken(id.into()))).await;
    assert_eq!(tokens(&store).await, ["1", "3"]);
    assert_eq!(store.token(&TokenHash::of("2")).await.unwrap(), None);
    assert!(store.token(&TokenHash::of("1")).await.unwrap().is_some());
}

/// Only tokens that were issued to clients are dropped when they have expired, and no more than asked.
pub async fn expired_tokens_of_clients_are_dropped(store: Arc<dyn Store>) {
    let store = acme(store).await;
    put_all(&store, [SettingsWrite::PutClient(client("c", 0))]).await;
    let all = [
        token("admin", 10),
        issued("a", "c", 10),
        issued("b", "c", 20),
        issued("c", "c", 99),
        issued("exact", "c", 100),
        issued("later", "c", 101),
    ];
    put_all(&store, all.map(SettingsWrite::PutToken)).await;
    let dropping = |before: i64, limit| SettingsWrite::DropExpiredTokens { before: instant(before), limit };
    put_all(&store, [dropping(100, 0), dropping(10, 100)]).await;
    assert_eq!(tokens(&store).await.len(), 6, "nothing has expired before then");
    put_all(&store, [dropping(100, 2)]).await;
    assert_eq!(tokens(&store).await.len(), 4, "no more than asked");
    put_all(&store, [dropping(100, 2)]).await;
    assert_eq!(tokens(&store).await, ["admin", "exact", "later"]);
    assert_eq!(store.token(&TokenHash::of("a")).await.unwrap(), None);
    put_all(&store, [dropping(10_000, 100)]).await;
    assert_eq!(tokens(&store).await, ["admin"]);
}

/// An OAuth client comes back whole, with both secrets while one is rotated, the newest first.
pub async fn a_client_is_kept_with_two_secrets(store: Arc<dyn Store>) {
    let store = acme(store).await;
    let one = client("c", 5);
    put_all(&store, [SettingsWrite::PutClient(one.clone())]).await;
    assert_eq!(store.client(&one.id).await.unwrap(), Some(one.clone()));
    let two = OauthClient {
        secrets: vec![secret("two", None), secret("one", Some(900))],
        scope: Scope::Read,
        token_seconds: 60,
        label: String::new(),
        ..one
    };
    put_all(&store, [SettingsWrite::PutClient(two.clone())]).await;
    assert_eq!(store.client(&two.id).await.unwrap(), Some(two.clone()));
    let none = OauthClient { secrets: Vec::new(), token_seconds: 86_400, ..two };
    put_all(&store, [SettingsWrite::PutClient(none.clone())]).await;
    assert_eq!(store.client(&none.id).await.unwrap(), Some(none));
    assert_eq!(store.client(&"C".into()).await.unwrap(), None);
}

/// The clients of a directory are listed, the newest first, and those of another one are not.
pub async fn clients_are_listed_newest_first(store: Arc<dyn Store>) {
    let store = acme(store).await;
    let other = Fixture::named(Arc::clone(&store), "other").await;
    let theirs = OauthClient { directory: other.directory.clone(), ..client("d", 15) };
    let clients = [client("a", 10), client("b", 30), client("z", 20), client("y", 20)];
    put_all(&store, clients.iter().chain([&theirs]).cloned().map(SettingsWrite::PutClient)).await;
    let listed = store.clients(&directory("acme").id).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|client| client.id.as_str()).collect();
    assert_eq!(ids, ["b", "y", "z", "a"]);
    assert_eq!(store.clients(&other.directory).await.unwrap(), [theirs]);
    assert_eq!(store.clients(&"id-none".into()).await.unwrap(), []);
}

/// A client takes the tokens along that were issued to it, and nothing else.
pub async fn a_client_takes_its_tokens_along(store: Arc<dyn Store>) {
    let store = acme(store).await;
    put_all(&store, ["c", "d"].map(|id| SettingsWrite::PutClient(client(id, 0)))).await;
    let all = [token("admin", 100), issued("1", "c", 100), issued("2", "d", 100), issued("3", "c", 10)];
    put_all(&store, all.map(SettingsWrite::PutToken)).await;
    assert!(store.token(&TokenHash::of("1")).await.unwrap().is_some());
    put_all(&store, ["c", "c", "nothing"].map(|id| SettingsWrite::DeleteClient(id.into()))).await;
    assert_eq!(store.client(&"c".into()).await.unwrap(), None);
    assert_eq!(tokens(&store).await, ["2", "admin"]);
    assert_eq!(store.token(&TokenHash::of("1")).await.unwrap(), None);
    let left: Vec<ClientId> =
        store.clients(&directory("acme").id).await.unwrap().into_iter().map(|client| client.id).collect();
    assert_eq!(left, ["d".into()]);
}

/// A refused batch leaves tokens and clients as they were.
pub async fn a_refused_batch_leaves_tokens_and_clients(store: Arc<dyn Store>) {
    let store = acme(store).await;
    let (one, mine) = (token("1", 100), client("c", 0));
    put_all(&store, [SettingsWrite::PutClient(mine.clone()), SettingsWrite::PutToken(one.clone())]).await;
    put_all(&store, [SettingsWrite::PutToken(issued("2", "c", 1))]).await;
    let mut twin = directory("acme");
    twin.id = "another".into();
    let batch = Batch::global(instant(9))
        .setting(SettingsWrite::DeleteToken("1".into()))
        .setting(SettingsWrite::DropExpiredTokens { before: instant(500), limit: 10 })
        .setting(SettingsWrite::DeleteClient("c".into()))
        .setting(SettingsWrite::PutToken(token("3", 100)))
        .setting(SettingsWrite::PutClient(client("d", 0)))
        .setting(SettingsWrite::PutDirectory(twin));
    assert_taken(&store.commit(batch).await.expect_err("the slug is taken"), "directory", "slug");
    assert_eq!(tokens(&store).await, ["1", "2"]);
    assert_eq!(store.token(&one.hash).await.unwrap(), Some(one));
    assert_eq!(store.clients(&mine.directory).await.unwrap(), [mine]);
}
