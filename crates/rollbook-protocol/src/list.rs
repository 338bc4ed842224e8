//! The answer to a query (RFC 7644 §3.4.2).

/// Returns a `ListResponse` whose resources are JSON texts already.
///
/// `itemsPerPage` is the number of resources given; `Resources` is there also when it is empty, since clients rely
/// on both (idp-clients.md §0 18).
#[must_use]
pub fn list_response(total: u64, start_index: u64, resources: &[Vec<u8>]) -> Vec<u8> {
    let head = format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":{total},\
         \"startIndex\":{start_index},\"itemsPerPage\":{},\"Resources\":[",
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
