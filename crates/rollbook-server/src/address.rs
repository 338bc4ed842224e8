//! From the words of `allow_addresses` to the policy of the outgoing client.

use rollbook_connectors::AddressPolicy;

use crate::error::ServerError;

/// `loopback`, `private`, or a range such as `10.20.0.0/16`; public addresses are always allowed, metadata services never.
pub(crate) fn policy(words: &[String]) -> Result<AddressPolicy, ServerError> {
    let mut policy = AddressPolicy::default();
    for word in words {
        match word.as_str() {
            "loopback" => policy.allow_loopback = true,
            "private" => policy.allow_private = true,
            range => policy.allow.push(range.parse().map_err(|error| {
                let wanted = "use `loopback`, `private` or a range such as 10.20.0.0/16";
                ServerError::Config(format!("`allow_addresses`: `{range}`: {error}; {wanted}"))
            })?),
        }
    }
    Ok(policy)
}
