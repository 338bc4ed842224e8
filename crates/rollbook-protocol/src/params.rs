//! What a query asks for (RFC 7644 §3.4.2, §3.4.3, §3.9; RFC 9865 §2).

mod decode;

use rollbook_schema::{Number, Value};

use crate::error::{ScimError, ScimType};
use decode::pairs;

/// The parameters of a query, from the query part of a URI or from the body of a `/.search` request.
///
/// Names are found without regard to ASCII case, and unknown ones are ignored (decision D34).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SearchParams {
    /// The filter, not read yet; an empty one is kept, so that it is refused and not taken for "all".
    pub filter: Option<String>,
    /// `sortBy`: an attribute path, not read yet.
    pub sort_by: Option<String>,
    /// Whether `sortOrder` is `descending`.
    pub descending: bool,
    /// `startIndex`: the 1-based index of the first result; 1 when absent, and where less is asked (RFC 7644 Table 6).
    pub start_index: u64,
    /// `cursor` (RFC 9865 §2): `Some("")` asks for the first page, another text for the page that it stands for, `None`
    /// for pages by index. Where it is there, `startIndex` means nothing.
    pub cursor: Option<String>,
    /// The most results; 0 where less is asked (RFC 7644 Table 6). The server's own maximum is applied elsewhere.
    pub count: Option<u64>,
    /// `attributes`: attribute paths between commas, not read yet.
    pub attributes: Option<String>,
    /// `excludedAttributes`: attribute paths between commas, not read yet.
    pub excluded_attributes: Option<String>,
}

impl Default for SearchParams {
    fn default() -> Self {
        Self {
            filter: None,
            sort_by: None,
            descending: false,
            start_index: 1,
            cursor: None,
            count: None,
            attributes: None,
            excluded_attributes: None,
        }
    }
}

impl SearchParams {
    /// Reads the query part of a URI, without its `?`.
    ///
    /// `%XX` and `+` are decoded, once. A parameter without a value counts as absent, except the filter and the cursor. `attributes`
    /// and `excludedAttributes` may come several times and add up.
    ///
    /// # Errors
    ///
    /// 400 `invalidValue` for `startIndex` or `count` that is no integer, a `sortOrder` that is neither `ascending`
    /// nor `descending`, text that is not UTF-8, and any other parameter that comes twice.
    pub fn from_query(query: Option<&str>) -> Result<Self, ScimError> {
        let mut reader = Reader::default();
        for (name, value) in pairs(query.unwrap_or_default()) {
            let Some(parameter) = decode::decode(name).and_then(|name| Parameter::find(&name)) else {
                continue;
            };
            let value = decode::decode(value).ok_or_else(|| {
                invalid(format!(
                    "`{}` is not UTF-8; encode it as UTF-8, then percent-encode it",
                    parameter.name()
                ))
            })?;
            reader.set(parameter, value)?;
        }
        Ok(reader.params)
    }

    /// Reads the body of a `/.search` request (RFC 7644 §3.4.3).
    ///
    /// `attributes` and `excludedAttributes` may be arrays of strings, as the RFC has them, or single strings; a
    /// `null` counts as absent.
    ///
    /// # Errors
    ///
    /// 400 `invalidSyntax` where the body is no object, and else as [`from_query`](Self::from_query).
    pub fn from_search(body: &Value) -> Result<Self, ScimError> {
        let members = body.as_complex().ok_or_else(|| {
            ScimError::bad_request(
                ScimType::InvalidSyntax,
                "the body is not a JSON object; send a SearchRequest with `filter`, `startIndex` and the like",
            )
        })?;
        let mut reader = Reader::default();
        for (name, value) in members {
            if let Some(parameter) = Parameter::find(name.as_str())
                && !value.is_unassigned()
            {
                reader.set(parameter, parameter.text(value)?)?;
            }
        }
        Ok(reader.params)
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Parameter {
    Filter,
    SortBy,
    SortOrder,
    StartIndex,
    Cursor,
    Count,
    Attributes,
    ExcludedAttributes,
}

impl Parameter {
    const ALL: [Self; 8] = [
        Self::Filter,
        Self::SortBy,
        Self::SortOrder,
        Self::StartIndex,
        Self::Cursor,
        Self::Count,
        Self::Attributes,
        Self::ExcludedAttributes,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::SortBy => "sortBy",
            Self::SortOrder => "sortOrder",
            Self::StartIndex => "startIndex",
            Self::Cursor => "cursor",
            Self::Count => "count",
            Self::Attributes => "attributes",
            Self::ExcludedAttributes => "excludedAttributes",
        }
    }

    fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name().eq_ignore_ascii_case(name))
    }

    /// Returns a value of a search body as a query would have it.
    fn text(self, value: &Value) -> Result<String, ScimError> {
        let is_list = matches!(self, Self::Attributes | Self::ExcludedAttributes);
        let text = match value {
            Value::String(text) => Some(text.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Array(elements) if is_list => {
                elements.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|names| names.join(","))
            }
            _ => None,
        };
        let kind = if is_list { "an array of strings" } else { "a string or a number" };
        text.ok_or_else(|| invalid(format!("`{}` must be {kind}", self.name())))
    }
}

/// Collects parameters and sees which come twice.
#[derive(Default)]
struct Reader {
    params: SearchParams,
    seen: Vec<Parameter>,
}

impl Reader {
    fn set(&mut self, parameter: Parameter, value: String) -> Result<(), ScimError> {
        if value.trim().is_empty() && !matches!(parameter, Parameter::Filter | Parameter::Cursor) {
            return Ok(());
        }
        match parameter {
            Parameter::Attributes => extend(&mut self.params.attributes, value),
            Parameter::ExcludedAttributes => extend(&mut self.params.excluded_attributes, value),
            _ if self.seen.contains(&parameter) => {
                return Err(invalid(format!("`{}` comes twice; send it once", parameter.name())));
            }
            Parameter::Filter => self.params.filter = Some(value),
            Parameter::SortBy => self.params.sort_by = Some(value.trim().to_owned()),
            Parameter::SortOrder => self.params.descending = descending(&value)?,
            Parameter::StartIndex => self.params.start_index = integer(parameter, &value)?.max(1),
            Parameter::Cursor => self.params.cursor = Some(value.trim().to_owned()),
            Parameter::Count => self.params.count = Some(integer(parameter, &value)?),
        }
        self.seen.push(parameter);
        Ok(())
    }
}

fn extend(list: &mut Option<String>, more: String) {
    match list {
        Some(list) => {
            list.push(',');
            list.push_str(&more);
        }
        None => *list = Some(more),
    }
}

fn descending(value: &str) -> Result<bool, ScimError> {
    let value = value.trim();
    if value.eq_ignore_ascii_case("descending") {
        Ok(true)
    } else if value.eq_ignore_ascii_case("ascending") {
        Ok(false)
    } else {
        Err(invalid("`sortOrder` must be `ascending` or `descending`".to_owned()))
    }
}

/// Reads an integer of any size and brings it into range: a negative one is 0 (RFC 7644 Table 6).
fn integer(parameter: Parameter, value: &str) -> Result<u64, ScimError> {
    let value = value.trim();
    let (negative, digits) = value.strip_prefix('-').map_or((false, value), |digits| (true, digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // A search body may say 10.0 or 1e1, which is the same number.
        let whole = value.parse::<Number>().ok().and_then(|number| number.as_i64());
        let whole = whole.ok_or_else(|| {
            invalid(format!("`{}` must be an integer, such as `{}=10`", parameter.name(), parameter.name()))
        })?;
        return Ok(u64::try_from(whole).unwrap_or_default());
    }
    Ok(if negative { 0 } else { digits.parse().unwrap_or(u64::MAX) })
}

fn invalid(detail: String) -> ScimError {
    ScimError::bad_request(ScimType::InvalidValue, detail)
}
