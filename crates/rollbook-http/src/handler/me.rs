//! `/Me`: the resource that the caller's token is bound to (RFC 7644 §3.11, decision D10).

use http::header::LOCATION;
use http::{Method, Response};
use rollbook_protocol::ScimError;

use super::{Call, Refused, refused, single};
use crate::response::{self, ResponseBody};

pub(crate) async fn me(call: &Call, method: &Method, body: &[u8]) -> Result<Response<ResponseBody>, Refused> {
    let Some(id) = &call.principal.resource else {
        return Err(refused::unsupported(
            "`/Me` is not available: the token is not bound to a resource; ask for the resource by its id",
        ));
    };
    if *method == Method::POST {
        return Err(refused::unsupported(
            "nobody can be created through `/Me`; send the resource to its endpoint, such as `/Users`",
        ));
    }
    let found = call.store().get(call.directory(), id).await?;
    let ty = found.and_then(|stored| call.registry().resource_type(&stored.resource_type));
    let ty = ty.ok_or_else(|| ScimError::not_found("the resource that the token is bound to is gone"))?;
    // Every answer names the resource itself (RFC 7644 §3.11).
    let location = call.scene.location(ty, id.as_str());
    match single::one(call, method, ty, id.as_str(), body).await {
        Ok(answer) => Ok(response::with(answer, LOCATION, &location)),
        Err(refused) => Err(refused.at(location)),
    }
}
