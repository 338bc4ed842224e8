//! Reads a filter, shows what is wrong with another one, and asks users whether they meet it.
//!
//! ```text
//! cargo run -p rollbook-examples --example parse_and_evaluate
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::sync::Arc;

use rollbook_filter::{Filter, Limits};
use rollbook_protocol::{Predicate, Quirks};
use rollbook_schema::{JsonLimits, Registry, Resource, User};

fn main() -> Result<(), Box<dyn Error>> {
    check()
}

fn check() -> Result<(), Box<dyn Error>> {
    // The syntax alone: a tree that prints in one form, whatever the client wrote.
    let filter = Filter::parse(r#"active EQ true AND emails[type eq "work" and value ew "@example.com"]"#)?;
    println!("{filter}");
    assert_eq!(
        filter.to_string(),
        r#"active eq true and emails[type eq "work" and value ew "@example.com"]"#
    );
    let named: Vec<&str> = filter.paths().into_iter().map(|path| path.as_str()).collect();
    println!("it names {}", named.join(", "));

    // What is wrong is shown with the place.
    let error = Filter::parse("userName eq bjensen").err().ok_or("an unquoted value was read")?;
    println!("\n{}", error.render());

    // What it means needs schemas: types, case, which attributes have many values.
    let registry = Arc::new(Registry::standard());
    let predicate = Predicate::new(filter.into_owned(), Arc::clone(&registry), "User", &Quirks::default())?;
    let users = [
        r#"{"userName": "ana", "active": true, "emails": [{"type": "WORK", "value": "Ana@Example.COM"}]}"#,
        r#"{"userName": "bea", "active": true, "emails": [{"type": "home", "value": "bea@example.com"}]}"#,
        r#"{"userName": "cyd", "active": false, "emails": [{"type": "work", "value": "cyd@example.com"}]}"#,
    ];
    let mut matched = Vec::new();
    for text in users {
        let user = Resource::from_slice(text.as_bytes(), &JsonLimits::default(), &registry)?;
        if predicate.matches(&user) {
            matched.extend(User::new(&user).user_name().map(str::to_owned));
        }
    }
    println!("it holds for {}", matched.join(", "));
    assert_eq!(matched, ["ana"]);

    // Where an index can answer, the filter says so.
    let text = r#"userName eq "Ana" and title pr"#;
    let predicate = Predicate::parse(text, &Limits::default(), registry, "User", &Quirks::default())?;
    println!("`{text}` can be looked up by {:?}", predicate.lookup().ok_or("no look-up")?);
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::check().unwrap();
    }
}
