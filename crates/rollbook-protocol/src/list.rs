//! The answer to a query (RFC 7644 §3.4.2, RFC 9865 §2).

/// What stands beside the resources of a page that was asked for by a cursor (RFC 9865 §2).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CursorPage<'a> {
    /// `totalResults`: the number of resources on all pages; `None` where counting them costs too much.
    pub total: Option<u64>,
    /// `nextCursor`; `None` on the last page and only there.
    pub next: Option<&'a str>,
    /// `previousCursor`; `None` on the first page, and where pages cannot be read backwards.
    pub previous: Option<&'a str>,
}

/// Returns a `ListResponse` whose resources are JSON texts already.
///
/// `itemsPerPage` is the number of resources given; `Resources` is there also when it is empty, since clients rely
/// on both (idp-clients.md §0 18).
#[must_use]
pub fn list_response(total: u64, start_index: u64, resources: &[Vec<u8>]) -> Vec<u8> {
    write(&format!("\"totalResults\":{total},\"startIndex\":{start_index},"), resources)
}

/// Returns the `ListResponse` of a page that was asked for by a cursor (RFC 9865 §2), without `startIndex`.
///
/// The cursors are those that [`Cursor::encode`](crate::Cursor::encode) made, or any other text.
#[must_use]
pub fn cursor_list_response(page: &CursorPage<'_>, resources: &[Vec<u8>]) -> Vec<u8> {
    let total = page.total.map(|total| format!("\"totalResults\":{total},"));
    let cursor = |name: &str, cursor: Option<&str>| {
        cursor.map(|cursor| format!("\"{name}\":{},", serde_json::Value::from(cursor))).unwrap_or_default()
    };
    let previous = cursor("previousCursor", page.previous);
    let next = cursor("nextCursor", page.next);
    write(&format!("{}{previous}{next}", total.unwrap_or_default()), resources)
}

fn write(counts: &str, resources: &[Vec<u8>]) -> Vec<u8> {
    let head = format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],{counts}\
         \"itemsPerPage\":{},\"Resources\":[",
        resources.len()
    );
    let length = resources.iter().map(|resource| resource.len() + 1).sum::<usize>();
    let mut out = Vec::with_capacity(head.len() + length + 2);
    out.extend_from_slice(head.as_bytes());
    for (index, resource) in resources.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(resource);
    }
    out.extend_from_slice(b"]}");
    out
}
