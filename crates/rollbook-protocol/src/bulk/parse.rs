//! Reading a bulk body (RFC 7644 §3.7).

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use rollbook_schema::{JsonError, JsonLimits, Registry, Resource, Value, parse_value};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::references::collect;
use super::{
    BulkLimits, BulkMethod, BulkOperation, BulkPath, BulkRefusal, BulkRequest, BulkTarget, REQUEST_SCHEMA,
};
use crate::error::{ScimError, ScimType};
use crate::prepare::shown;
use crate::quirks::Quirks;

pub(super) fn request(
    body: &[u8],
    limits: &BulkLimits,
    registry: &Registry,
    quirks: &Quirks,
) -> Result<BulkRequest, ScimError> {
    if body.len() > limits.max_payload_size {
        let detail = format!(
            "the size of the bulk operation exceeds the maxPayloadSize ({}); send less at a time",
            limits.max_payload_size
        );
        return Err(ScimError::new(413, None, detail));
    }
    let members = object(body, "a bulk request")?;
    let member = |name: &str| find(&members, name);
    if !quirks.lenient_schemas && !member("schemas").is_some_and(|raw| raw.get().contains(REQUEST_SCHEMA)) {
        return Err(syntax(format!("`schemas` is required; send [\"{REQUEST_SCHEMA}\"]")));
    }
    let fail_on_errors = member("failOnErrors").map(fail_on_errors).transpose()?.flatten();
    let Some(operations) = member("Operations") else {
        return Err(syntax("`Operations` is required; send an array of operations"));
    };
    let elements = Elements { wanted: limits.max_operations };
    let mut text = serde_json::Deserializer::from_str(operations.get());
    let (operations, count) =
        elements.deserialize(&mut text).map_err(|_| syntax("`Operations` must be an array of operations"))?;
    if count > limits.max_operations {
        let detail = format!(
            "the bulk request has {count} operations, which exceeds the maxOperations ({}); send fewer at a time",
            limits.max_operations
        );
        return Err(ScimError::new(413, None, detail));
    }
    let reader = Reader { max_depth: limits.max_depth, registry, quirks };
    let mut operations: Vec<_> = operations.into_iter().map(|raw| reader.operation(raw)).collect();
    check_ids(&mut operations);
    Ok(BulkRequest { fail_on_errors, operations })
}

struct Reader<'a> {
    max_depth: usize,
    registry: &'a Registry,
    quirks: &'a Quirks,
}

impl Reader<'_> {
    fn operation(&self, raw: &RawValue) -> Result<BulkOperation, Box<BulkRefusal>> {
        let mut refusal = BulkRefusal { method: None, path: None, bulk_id: None, error: syntax("") };
        self.read(raw, &mut refusal).map_err(|error| Box::new(BulkRefusal { error, ..refusal }))
    }

    /// Reads an operation; what is known of it so far is kept in `seen`.
    fn read(&self, raw: &RawValue, seen: &mut BulkRefusal) -> Result<BulkOperation, ScimError> {
        let members = object(raw.get().as_bytes(), "an operation")?;
        let text = |name: &str| string(&members, name);
        seen.bulk_id = text("bulkId")?.filter(|id| !id.is_empty());
        let Some(method) = text("method")?.and_then(|word| BulkMethod::from_word(&word)) else {
            return Err(syntax("`method` must be \"POST\", \"PUT\", \"PATCH\" or \"DELETE\""));
        };
        seen.method = Some(method);
        let path = text("path")?.ok_or_else(|| syntax("`path` is required, such as \"/Users\""))?;
        let path = BulkPath::parse(&path, method, self.registry)?;
        seen.path = Some(path.clone());
        if method == BulkMethod::Post && seen.bulk_id.is_none() && !self.quirks.bulk_post_without_id {
            return Err(syntax("`bulkId` is required for a POST; send a name that is unique in the request"));
        }
        let version = text("version")?.filter(|_| method != BulkMethod::Post);
        let data = match method {
            BulkMethod::Delete => None,
            method => Some(self.data(method, find(&members, "data"))?),
        };
        Ok(BulkOperation { method, path, bulk_id: seen.bulk_id.clone(), version, data })
    }

    fn data(&self, method: BulkMethod, raw: Option<&RawValue>) -> Result<Value, ScimError> {
        let Some(raw) = raw else {
            return Err(syntax(format!("`data` is required for a {method}; send what its body would be")));
        };
        let limits = JsonLimits { max_bytes: usize::MAX, max_depth: self.max_depth };
        let bytes = raw.get().as_bytes();
        let refused = |error: JsonError| syntax(format!("in `data`, {error}"));
        if method != BulkMethod::Patch {
            let resource = Resource::from_slice(bytes, &limits, self.registry).map_err(refused)?;
            return Ok(resource.into());
        }
        match parse_value(bytes, &limits).map_err(refused)? {
            body @ Value::Complex(_) => Ok(body),
            operations @ Value::Array(_) if self.quirks.unwrapped_multi => {
                Ok(Value::Complex([("Operations", operations)].into_iter().collect()))
            }
            _ => Err(syntax("`data` of a PATCH must be an object with `Operations`")),
        }
    }
}

/// Refuses a `bulkId` that comes twice, and references to one that no POST has.
fn check_ids(operations: &mut [Result<BulkOperation, Box<BulkRefusal>>]) {
    let mut defined = HashSet::new();
    for operation in operations.iter_mut() {
        let Ok(BulkOperation { method: BulkMethod::Post, bulk_id: Some(id), .. }) = operation else {
            continue;
        };
        if !defined.insert(id.clone()) {
            let detail =
                format!("the bulkId `{}` is taken by an operation before this one; send another", shown(id));
            refuse(operation, ScimError::bad_request(ScimType::InvalidValue, detail));
        }
    }
    // A POST that is refused defines its id all the same: what needs it then fails for that reason.
    for operation in operations.iter() {
        if let Err(refusal) = operation {
            defined.extend(refusal.bulk_id.clone());
        }
    }
    for operation in operations.iter_mut() {
        let Ok(BulkOperation { path, data, .. }) = operation else { continue };
        let mut named = BTreeSet::new();
        if let Some(data) = data {
            collect(data, &mut named);
        }
        if let Some(BulkTarget::BulkId(id)) = &path.target {
            named.insert(id.clone());
        }
        if let Some(id) = named.into_iter().find(|id| !defined.contains(id)) {
            let detail =
                format!("no POST of the request has the bulkId `{}`; add one, or send an id", shown(&id));
            refuse(operation, ScimError::bad_request(ScimType::InvalidValue, detail));
        }
    }
}

fn refuse(operation: &mut Result<BulkOperation, Box<BulkRefusal>>, error: ScimError) {
    let (method, path, bulk_id) = match operation {
        Ok(operation) => (Some(operation.method), Some(operation.path.clone()), operation.bulk_id.clone()),
        Err(refusal) => (refusal.method, refusal.path.clone(), refusal.bulk_id.clone()),
    };
    *operation = Err(Box::new(BulkRefusal { method, path, bulk_id, error }));
}

fn fail_on_errors(raw: &RawValue) -> Result<Option<u64>, ScimError> {
    if raw.get() == "null" {
        return Ok(None);
    }
    match raw.get().parse::<u64>() {
        Ok(most @ 1..) => Ok(Some(most)),
        _ => Err(ScimError::bad_request(
            ScimType::InvalidValue,
            "`failOnErrors` must be an integer of 1 or more; leave it out to carry everything out",
        )),
    }
}

/// Reads the members of an object; the values stay text.
fn object<'a>(bytes: &'a [u8], what: &str) -> Result<Vec<(String, &'a RawValue)>, ScimError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        syntax(format!("the body is not UTF-8 at byte {}; encode it as UTF-8", error.valid_up_to()))
    })?;
    let members: Members<'_> = serde_json::from_str(text).map_err(|error| {
        if error.is_data() {
            syntax(format!("{what} must be a JSON object that names nothing twice"))
        } else {
            syntax(format!("the body is not JSON at line {}, column {}", error.line(), error.column()))
        }
    })?;
    Ok(members.0)
}

fn find<'a>(members: &[(String, &'a RawValue)], name: &str) -> Option<&'a RawValue> {
    members.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, raw)| *raw)
}

fn string(members: &[(String, &RawValue)], name: &str) -> Result<Option<String>, ScimError> {
    let Some(raw) = find(members, name) else { return Ok(None) };
    serde_json::from_str(raw.get()).map_err(|_| syntax(format!("`{name}` must be a string")))
}

fn syntax(detail: impl Into<String>) -> ScimError {
    ScimError::bad_request(ScimType::InvalidSyntax, detail)
}

/// The members of an envelope: few, so that unknown ones are not kept.
struct Members<'a>(Vec<(String, &'a RawValue)>);

/// The names that a bulk request or an operation may hold.
const NAMES: [&str; 8] =
    ["schemas", "failOnErrors", "Operations", "method", "path", "bulkId", "version", "data"];

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(String, &RawValue)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if !NAMES.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    if find(&members, &name).is_some() {
                        return Err(A::Error::custom("a name occurs twice"));
                    }
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Reads an array: as many elements as are wanted, as text, and the number of all.
struct Elements {
    wanted: usize,
}

impl<'de> DeserializeSeed<'de> for Elements {
    type Value = (Vec<&'de RawValue>, usize);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements {
    type Value = (Vec<&'de RawValue>, usize);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() < self.wanted {
            let Some(element) = seq.next_element()? else { break };
            elements.push(element);
        }
        let mut count = elements.len();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok((elements, count))
    }
}
