//! The floor of writes: the bare SQLite driver inserting exactly the rows that rollbook wrote for the same users, into
//! a copy of the same database with the same indexes and settings, grouped as rollbook grouped them.
//!
//! The rows are found by comparing rollbook's database before and after, so a column or a table more is in the floor
//! by itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::machine;
use crate::measure::Figures;

/// The first argument of this program when it is the floor.
pub(crate) const VERB: &str = "floor-of-writes";

/// Tables that rollbook writes now and then, whatever it is asked: not the work of a request. The request log is thinned,
/// and pruned, about once a second.
const ASIDE: [&str; 3] = ["tokens", "marks", "requests"];

/// A row and the statement that writes it.
struct Write {
    statement: usize,
    values: Vec<Value>,
}

/// Writes in the order of the users, and what is written once in each transaction.
#[derive(Default)]
struct Work {
    statements: Vec<String>,
    users: Vec<Vec<Write>>,
    each_time: Vec<Write>,
}

/// Runs the floor on the servers' core over a fresh copy of `before`; `group` is the mean of users in a transaction.
pub(crate) fn measure(before: &Path, after: &Path, copy: &Path, group: f64) -> Figures {
    std::fs::copy(before, copy).expect("the database can be copied");
    let program = std::env::current_exe().expect("this program has a path");
    let mut command = Command::new(program);
    command.arg(VERB).args([before, after, copy]).arg(group.to_string()).stderr(Stdio::inherit());
    let output =
        machine::on_server_core(|| command.stdout(Stdio::piped()).spawn().expect("the floor starts"));
    let output = output.wait_with_output().expect("the floor ends");
    assert!(output.status.success(), "the floor of writes failed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().map(|it| it.parse().expect("a number")).collect();
    let [users, rate, cpu, p50, p99] = numbers[..] else { panic!("the floor said `{text}`") };
    Figures {
        server: "floor",
        rate,
        cpu,
        p50,
        p99,
        answers: users as u64,
        failures: 0,
        first_failure: String::new(),
        waited: 1.0,
    }
}

/// Is the floor: writes, and prints the count of users, users a second, microseconds of processor for each, p50 and
/// p99 of a transaction.
pub(crate) fn run(before: &str, after: &str, copy: &str, group: &str) {
    let work = work(before, after);
    let connection = Connection::open(copy).expect("the copy opens");
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).expect("a mode");
    assert_eq!(mode, "wal");
    connection.pragma_update(None, "synchronous", "full").expect("a setting");
    connection.pragma_update(None, "temp_store", "memory").expect("a setting");
    let group: f64 = group.parse().expect("a number");
    let (begun, cpu) = (Instant::now(), machine::cpu(std::process::id()));
    let mut times = replay(&connection, &work, group);
    let (took, used) = (begun.elapsed(), machine::cpu(std::process::id()).saturating_sub(cpu));
    check(after, &connection);
    times.sort_unstable();
    let users = work.users.len() as f64;
    let at = |share: f64| {
        let rank = ((times.len() - 1) as f64 * share) as usize;
        times[rank].as_secs_f64() * 1e6
    };
    let cpu = used.as_secs_f64() * 1e6 / users;
    println!("{users} {} {cpu} {} {}", users / took.as_secs_f64(), at(0.5), at(0.99));
}

fn replay(connection: &Connection, work: &Work, group: f64) -> Vec<Duration> {
    let mut prepared: Vec<_> =
        work.statements.iter().map(|sql| connection.prepare(sql).expect("it is SQL")).collect();
    let mut write = |it: &Write| {
        prepared[it.statement].execute(params_from_iter(&it.values)).expect("the row fits");
    };
    let (mut times, mut done, mut transactions) = (Vec::new(), 0, 0_u32);
    while done < work.users.len() {
        let begun = Instant::now();
        transactions += 1;
        let until = ((f64::from(transactions) * group) as usize).clamp(done + 1, work.users.len());
        connection.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
        work.users[done..until].iter().flatten().for_each(&mut write);
        work.each_time.iter().for_each(&mut write);
        connection.execute_batch("COMMIT").expect("the disk has room");
        done = until;
        times.push(begun.elapsed());
    }
    times
}

/// Compares the databases: the rows of each user, and those that stand for all of them (counters).
fn work(before: &str, after: &str) -> Work {
    let connection = Connection::open(after).expect("the database after");
    connection.execute("ATTACH ?1 AS earlier", [before]).expect("the database before");
    let mut work = Work::default();
    // Who a row belongs to: by the id of its user, or by the number that stands for it.
    let users = rows(&connection, &difference("resources"));
    let columns = columns(&connection, "resources");
    let place = |name: &str| columns.iter().position(|(column, _)| column == name).expect("a column");
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    for (number, row) in users.iter().enumerate() {
        owners.insert(key(&row[place("n")]), number);
        owners.insert(key(&row[place("id")]), number);
        work.users.push(Vec::new());
    }
    for table in tables(&connection).iter().filter(|table| !ASIDE.contains(&table.as_str())) {
        add(&mut work, &connection, table, &owners);
    }
    work
}

fn add(work: &mut Work, connection: &Connection, table: &str, owners: &BTreeMap<String, usize>) {
    let columns = columns(connection, table);
    let changed = rows(connection, &difference(table));
    if changed.is_empty() {
        return;
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let marks = vec!["?"; names.len()].join(", ");
    work.statements.push(format!("INSERT OR REPLACE INTO {table} ({}) VALUES ({marks})", names.join(", ")));
    work.statements.push(format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", ")));
    let (replace, insert) = (work.statements.len() - 2, work.statements.len() - 1);
    let count = changed.len();
    for (at, values) in changed.into_iter().enumerate() {
        let owner = names.iter().zip(&values).find_map(|(name, value)| {
            let names_a_user = matches!(value, Value::Text(_)) || ["n", "resource"].contains(name);
            if names_a_user { owners.get(&key(value)).copied() } else { None }
        });
        match owner {
            Some(user) => work.users[user].push(Write { statement: insert, values }),
            None if existed(connection, table, &columns, &values) => {
                work.each_time.push(Write { statement: replace, values });
            }
            // A row of nobody in particular, such as one that counts a block of users: spread over all.
            None => {
                let user = at * work.users.len() / count;
                work.users[user].push(Write { statement: insert, values });
            }
        }
    }
}

/// Whether the database before has a row of the same primary key.
fn existed(connection: &Connection, table: &str, columns: &[(String, bool)], values: &[Value]) -> bool {
    let keys = columns.iter().zip(values).filter(|((_, is_key), _)| *is_key);
    let (names, values): (Vec<String>, Vec<&Value>) =
        keys.map(|((name, _), value)| (format!("{name} IS ?"), value)).unzip();
    let sql = format!("SELECT 1 FROM earlier.{table} WHERE {}", names.join(" AND "));
    connection.prepare(&sql).and_then(|mut it| it.exists(params_from_iter(values))).expect("it is SQL")
}

/// Fails unless the floor has written what rollbook wrote.
fn check(after: &str, connection: &Connection) {
    connection.execute("ATTACH ?1 AS theirs", [after]).expect("the database after");
    for table in tables(connection).iter().filter(|table| !ASIDE.contains(&table.as_str())) {
        let missing =
            rows(connection, &format!("SELECT * FROM theirs.{table} EXCEPT SELECT * FROM main.{table}"));
        assert!(missing.is_empty(), "{} rows of {table} are not written", missing.len());
    }
}

fn difference(table: &str) -> String {
    format!("SELECT * FROM main.{table} EXCEPT SELECT * FROM earlier.{table} ORDER BY 1")
}

fn rows(connection: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = connection.prepare(sql).expect("it is SQL");
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|at| row.get(at)).collect());
    rows.and_then(Iterator::collect).expect("the rows can be read")
}

fn tables(connection: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    rows(connection, sql).iter().map(|row| key(&row[0])).collect()
}

/// The columns of a table, and whether each is of the primary key.
fn columns(connection: &Connection, table: &str) -> Vec<(String, bool)> {
    let rows = rows(connection, &format!("SELECT name, pk FROM pragma_table_info('{table}')"));
    rows.iter().map(|row| (key(&row[0]), row[1] != Value::Integer(0))).collect()
}

fn key(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}
