//! Turns SCIM filters into SQL conditions with bound values, for SQLite and for PostgreSQL, and runs SQLite's.
//!
//! ```text
//! cargo run -p rollbook-examples --example filter_to_sql
//! ```
//!
//! Nothing of a filter's text goes into the SQL: names are looked up in a list of columns, values are bound.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

#[path = "filter_to_sql/columns.rs"]
mod columns;
#[path = "filter_to_sql/dialect.rs"]
mod dialect;

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use rollbook_filter::{CompValue, CompareOp, Filter, Subject, Translator};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql, params_from_iter};

use columns::{Found, Kind, find};
use dialect::Dialect;

/// A condition for a `WHERE` clause and the values of its placeholders, in order.
struct Condition {
    sql: String,
    values: Vec<Bound>,
}

/// A value of a placeholder.
#[derive(Debug, PartialEq)]
enum Bound {
    Boolean(bool),
    Text(String),
}

/// Why a filter has no SQL here; a service answers 400 `invalidFilter`.
#[derive(Debug)]
enum NoSql {
    Unknown(String),
    Type { path: String, takes: &'static str },
}

fn to_sql(filter: &Filter<'_>, dialect: Dialect) -> Result<Condition, NoSql> {
    let mut writer = Writer { dialect, values: Vec::new() };
    let sql = filter.translate(&mut writer)?;
    Ok(Condition { sql, values: writer.values })
}

/// Makes each piece a condition in brackets that is true or false, never unknown: `NOT` must turn it round.
struct Writer {
    dialect: Dialect,
    values: Vec<Bound>,
}

impl Translator for Writer {
    type Output = String;
    type Error = NoSql;

    fn and(&mut self, operands: Vec<String>) -> Result<String, NoSql> {
        Ok(format!("({})", operands.join(" AND ")))
    }

    fn or(&mut self, operands: Vec<String>) -> Result<String, NoSql> {
        Ok(format!("({})", operands.join(" OR ")))
    }

    fn not(&mut self, operand: String) -> Result<String, NoSql> {
        Ok(format!("(NOT {operand})"))
    }

    fn present(&mut self, subject: Subject<'_>) -> Result<String, NoSql> {
        Ok(match find(subject, self.dialect)? {
            Found::Value { sql, .. } => format!("({sql} IS NOT NULL)"),
            Found::Elements { column, of: None, .. } => self.exists(column, "TRUE"),
            Found::Elements { column, of: Some(_), sql, .. } => {
                self.exists(column, &format!("{sql} IS NOT NULL"))
            }
        })
    }

    fn compare(
        &mut self,
        subject: Subject<'_>,
        op: CompareOp,
        value: &CompValue<'_>,
    ) -> Result<String, NoSql> {
        Ok(match find(subject, self.dialect)? {
            Found::Value { sql, kind } => self.comparison(subject, &sql, kind, op, value)?,
            // Outside of brackets a comparison holds where it holds for one element; `ne` also where there is none.
            Found::Elements { column, sql, kind, .. } => {
                let one = self.comparison(subject, &sql, kind, op, value)?;
                let exists = self.exists(column, &one);
                match op {
                    CompareOp::Ne => format!("({exists} OR (NOT {}))", self.exists(column, "TRUE")),
                    _ => exists,
                }
            }
        })
    }

    fn value_path(&mut self, subject: Subject<'_>, filter: String) -> Result<String, NoSql> {
        match find(subject, self.dialect)? {
            Found::Elements { column, of: None, .. } => Ok(self.exists(column, &filter)),
            _ => Err(NoSql::Unknown(format!("{}[]", subject.path))),
        }
    }
}

impl Writer {
    fn exists(&self, column: &str, condition: &str) -> String {
        format!("(EXISTS (SELECT 1 FROM {} WHERE {condition}))", self.dialect.elements(column))
    }

    /// Binds a value and returns its placeholder.
    fn bind(&mut self, value: Bound) -> String {
        self.values.push(value);
        self.dialect.placeholder(self.values.len())
    }

    fn comparison(
        &mut self,
        subject: Subject<'_>,
        sql: &str,
        kind: Kind,
        op: CompareOp,
        value: &CompValue<'_>,
    ) -> Result<String, NoSql> {
        let refuse = |takes| NoSql::Type { path: subject.path.to_string(), takes };
        let test = match (kind, value, op) {
            (_, CompValue::Null, CompareOp::Eq) => return Ok(format!("({sql} IS NULL)")),
            (_, CompValue::Null, CompareOp::Ne) => return Ok(format!("({sql} IS NOT NULL)")),
            (Kind::Boolean, CompValue::Boolean(value), CompareOp::Eq | CompareOp::Ne) => {
                let at = self.bind(Bound::Boolean(*value));
                format!("{sql} = {at}")
            }
            (Kind::Boolean, ..) => return Err(refuse("`eq` or `ne` with true or false")),
            (
                Kind::Text | Kind::Exact,
                CompValue::String(text),
                CompareOp::Co | CompareOp::Sw | CompareOp::Ew,
            ) => {
                let exact = kind == Kind::Exact;
                let at = self.bind(Bound::Text(self.dialect.pattern(op, text, exact)));
                self.dialect.matches(sql, &at, exact)
            }
            (Kind::Instant, _, CompareOp::Co | CompareOp::Sw | CompareOp::Ew) => {
                return Err(refuse("`eq`, `ne` or an order with a date"));
            }
            (_, CompValue::String(text), _) => {
                let at = self.bind(Bound::Text(text.to_string()));
                let (sql, at) = match kind {
                    Kind::Text => (format!("lower({sql})"), format!("lower({at})")),
                    Kind::Instant => (self.dialect.instant(sql), self.dialect.instant(&at)),
                    Kind::Exact | Kind::Boolean => (sql.to_owned(), at),
                };
                format!("{sql} {} {at}", operator(op))
            }
            _ => return Err(refuse("a string")),
        };
        // An absent attribute meets no comparison but `ne`, which is `eq` turned round.
        let holds = if op == CompareOp::Ne { "IS NOT TRUE" } else { "IS TRUE" };
        Ok(format!("(({test}) {holds})"))
    }
}

const fn operator(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        _ => "=",
    }
}

impl Display for NoSql {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(path) => write!(f, "`{path}` has no column"),
            Self::Type { path, takes } => write!(f, "`{path}` takes {takes}"),
        }
    }
}

impl Error for NoSql {}

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Boolean(value) => value.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}

const USERS: &str = r#"
    CREATE TABLE users (id TEXT, user_name TEXT, title TEXT, active INTEGER, last_modified TEXT, emails TEXT);
    INSERT INTO users VALUES
        ('1', 'ana', NULL, 1, '2026-05-01T10:00:00Z', '[{"type": "work", "value": "Ana@Example.com", "primary": true}]'),
        ('2', 'bea_x', '100%', 1, '2026-05-02T10:00:00Z', '[{"type": "home", "value": "bea@example.com"}]'),
        ('3', 'cyd', '100 years', 0, '2026-05-03T10:00:00Z', '[]');
"#;

/// Asks SQLite for the names of the users that meet a filter.
fn names(connection: &Connection, filter: &Filter<'_>) -> Result<Vec<String>, Box<dyn Error>> {
    let Condition { sql, values } = to_sql(filter, Dialect::Sqlite)?;
    let sql = format!("SELECT user_name FROM users WHERE {sql} ORDER BY id");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    check()
}

fn check() -> Result<(), Box<dyn Error>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(USERS)?;
    let cases: [(&str, &[&str]); 14] = [
        (r#"userName eq "ANA""#, &["ana"]),
        // `%` and `_` are characters here, not patterns.
        (r#"title co "0%""#, &["bea_x"]),
        (r#"userName sw "be" and userName ew "_X""#, &["bea_x"]),
        (r#"userName co "___""#, &[]),
        // An absent title is not a tour guide's.
        (r#"title ne "100%""#, &["ana", "cyd"]),
        (r#"not (title eq "100%")"#, &["ana", "cyd"]),
        ("title pr and active eq true", &["bea_x"]),
        // Instants, whatever the offset they are written with.
        (r#"meta.lastModified gt "2026-05-02T13:00:00+02:00""#, &["cyd"]),
        (r#"emails[type eq "work" and value ew "@example.com"]"#, &["ana"]),
        (r#"emails[type eq "work"].value eq "ana@example.com""#, &["ana"]),
        (r#"emails co "bea" or emails.primary eq true"#, &["ana", "bea_x"]),
        ("not (emails pr)", &["cyd"]),
        (r#"id sw "1" or externalId eq "x" and id eq "2""#, &[]),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "cyd""#, &["cyd"]),
    ];
    for (text, expected) in cases {
        let filter = Filter::parse(text)?;
        match names(&connection, &filter) {
            Ok(found) => {
                println!("{text}\n  {}", found.join(", "));
                assert_eq!(found, expected, "{text}");
            }
            // What has no column has no SQL: `externalId`.
            Err(error) => {
                println!("{text}\n  {error}");
                assert_eq!(error.to_string(), "`externalId` has no column");
            }
        }
    }

    // The same filter in both dialects. It is built, not written: what the user typed stays a value.
    let typed = r#"100%" or id pr"#;
    let work = Filter::eq("type", "work")?.and(Filter::eq("primary", true)?);
    let filter = Filter::co("title", typed)?.or(!Filter::value_path("emails", work)?);
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let condition = to_sql(&filter, dialect)?;
        println!("\n{dialect:?}: {}\n  {:?}", condition.sql, condition.values);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Bound, Dialect, Filter, to_sql};

    #[test]
    fn it_runs() {
        super::check().unwrap();
    }

    #[test]
    fn both_dialects_bind_every_value() {
        let text = r#"userName sw "a_b" and not (emails[type eq "work"]) and meta.lastModified ge "2026-05-01T10:00:00Z""#;
        let filter = Filter::parse(text).unwrap();
        let sqlite = to_sql(&filter, Dialect::Sqlite).unwrap();
        assert_eq!(
            sqlite.sql,
            "(((lower(user_name) LIKE lower(?1) ESCAPE '\\') IS TRUE) \
             AND (NOT (EXISTS (SELECT 1 FROM json_each(emails) AS element \
             WHERE ((lower(json_extract(element.value, '$.type')) = lower(?2)) IS TRUE)))) \
             AND ((julianday(last_modified) >= julianday(?3)) IS TRUE))"
        );
        let postgres = to_sql(&filter, Dialect::Postgres).unwrap();
        assert_eq!(
            postgres.sql,
            "(((lower(user_name) LIKE lower($1) ESCAPE '\\') IS TRUE) \
             AND (NOT (EXISTS (SELECT 1 FROM jsonb_array_elements(emails) AS element(value) \
             WHERE ((lower((element.value ->> 'type')) = lower($2)) IS TRUE)))) \
             AND ((last_modified::timestamptz >= $3::timestamptz) IS TRUE))"
        );
        let text = |text: &str| Bound::Text(text.to_owned());
        let values = [text("a\\_b%"), text("work"), text("2026-05-01T10:00:00Z")];
        assert_eq!(sqlite.values, values);
        assert_eq!(postgres.values, values);
    }
}
