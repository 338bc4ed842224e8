//! One server for all tests, a database for each store.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rollbook_postgres::{Options, PostgresStore};
use rollbook_testing::Postgres;

static SERVER: LazyLock<Option<Postgres>> =
    LazyLock::new(|| Postgres::programs().map(|bin| Postgres::start(&bin, false)));

static COUNT: AtomicU32 = AtomicU32::new(0);

/// The server of this process.
///
/// # Panics
/// Where there is none: `cargo xtask test` installs it.
pub(crate) fn server() -> &'static Postgres {
    SERVER.as_ref().expect("`cargo xtask test` installs PostgreSQL")
}

/// Makes an empty database on a server; answers its address.
pub(crate) async fn database(server: &Postgres) -> String {
    let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let (client, connection) =
        tokio_postgres::connect(&server.address("postgres"), tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    server.address(&name)
}

/// A store in an empty database.
pub(crate) async fn open() -> PostgresStore {
    let address = database(server()).await;
    PostgresStore::open(&address, Options::default().connections(4)).await.unwrap()
}
