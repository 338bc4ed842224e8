//! Large bulk requests: reading, planning, carrying out.

use rollbook_protocol::{BulkLimits, BulkRequest, BulkRun, BulkSuccess};

use crate::body;
use crate::case::{BODY, Case, Prepared, WORK};
use crate::world::{World, filled};

fn requests() -> Vec<(&'static str, String)> {
    let post = |n: usize, data: &str| {
        format!(r#"{{"method":"POST","path":"/Groups","bulkId":"{n}","data":{data}}}"#)
    };
    let list =
        |size: usize, item: &dyn Fn(usize) -> String| filled(size, r#"{"Operations":["#, ",", item, "]}");
    let all = |n: usize| {
        let members =
            (0..1_000).map(|m| format!(r#"{{"value":"bulkId:{m}"}}"#)).collect::<Vec<_>>().join(",");
        post(n, &format!(r#"{{"displayName":"{n}","members":[{members}]}}"#))
    };
    let chain = |n: usize| {
        post(n, &format!(r#"{{"members":[{{"value":"bulkId:{}"}}]}}"#, if n == 999 { 0 } else { n + 1 }))
    };
    let numbers = filled(16_600, r#"{"a":["#, ",", |_| "0".to_owned(), "]}");
    let patch = filled(
        16_600,
        r#"{"Operations":["#,
        ",",
        |_| r#"{"op":"add","path":"members[value eq \"bulkId:0\"]"}"#.to_owned(),
        "]}",
    );
    vec![
        (
            "1,000 groups of 1,000 members, each names all",
            filled(
                body() - 100,
                r#"{"Operations":["#,
                ",",
                |n| if n < body() / 26_000 { all(n) } else { post(n, "{}") },
                "]}",
            )
            .replace("},]", "}]"),
        ),
        ("a circle of 1,000", {
            let items: Vec<_> = (0..1_000).map(chain).collect();
            format!(r#"{{"Operations":[{}]}}"#, items.join(","))
        }),
        ("1,000 of zeros", {
            let items: Vec<_> = (0..1_000).map(|n| post(n, &numbers)).collect();
            format!(r#"{{"Operations":[{}]}}"#, items.join(","))
        }),
        ("PATCH paths with references", {
            let item = |n: usize| {
                if n == 0 {
                    post(0, "{}")
                } else {
                    format!(r#"{{"method":"PATCH","path":"/Groups/{n}","data":{patch}}}"#)
                }
            };
            let items: Vec<_> = (0..1_000).map(item).collect();
            format!(r#"{{"Operations":[{}]}}"#, items.join(","))
        }),
        ("too many operations", list(body(), &|_| "0".to_owned())),
        (
            "one large operation",
            filled(
                body(),
                r#"{"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"a":["#,
                ",",
                |_| "0".to_owned(),
                "]}}]}",
            ),
        ),
    ]
}

pub(crate) fn add<'w>(cases: &mut Vec<Case<'w>>, world: &'w World) {
    for (name, text) in requests() {
        let text: &'static str = text.leak();
        let read = move || {
            BulkRequest::from_slice(text.as_bytes(), &BulkLimits::default(), &world.registry, &world.quirks)
        };
        cases.push(Case::new(format!("bulk, read: {name}"), BODY, move || {
            Prepared::new(text.len(), move || match read() {
                Ok(request) => format!("{} operations", request.operations.len()),
                Err(error) => error.to_string(),
            })
        }));
        cases.push(Case::new(format!("bulk, done: {name}"), WORK, move || {
            let request = read();
            Prepared::new(text.len(), move || {
                let Ok(request) = request else { return "refused".to_owned() };
                let mut run = BulkRun::new(request, "https://example.com/v2");
                let mut calls = 0;
                while let Some(call) = run.next_call() {
                    drop(call);
                    calls += 1;
                    run.record(Ok(BulkSuccess::created(calls.to_string(), "W/\"1\"")));
                }
                format!("{calls} calls, {} bytes", run.finish().to_json().len())
            })
        }));
    }
}
