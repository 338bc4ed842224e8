//! Tests of `meta.resourceType` in a filter, decided before any resource is read (RFC 7644 §3.4.2.1).

use rollbook_filter::{AttrExp, CompValue, CompareOp, Filter, Test};
use rollbook_protocol::{Resolved, TypeRef, fold, resolve};

/// What is left of a filter for the resources of one type.
#[derive(Debug, PartialEq)]
pub(crate) enum Rest {
    /// All of them meet it.
    Everything,
    /// None of them does.
    Nothing,
    /// Those that meet this one.
    Filter(Filter<'static>),
}

/// Decides what the type alone decides.
pub(crate) fn of(filter: &Filter<'static>, ty: TypeRef<'_>) -> Rest {
    match filter {
        Filter::And(filters) => all(filters, ty, Rest::Nothing, Rest::Everything, Filter::And),
        Filter::Or(filters) => all(filters, ty, Rest::Everything, Rest::Nothing, Filter::Or),
        Filter::Not(inner) => match of(inner, ty) {
            Rest::Everything => Rest::Nothing,
            Rest::Nothing => Rest::Everything,
            Rest::Filter(inner) => Rest::Filter(Filter::Not(Box::new(inner))),
        },
        Filter::Attr(test) => match holds(test, ty) {
            Some(true) => Rest::Everything,
            Some(false) => Rest::Nothing,
            None => Rest::Filter(filter.clone()),
        },
        Filter::ValuePath(_) | Filter::ValueAttr { .. } => Rest::Filter(filter.clone()),
    }
}

/// Combines operands: `decides` alone decides, `neutral` ones drop out.
fn all(
    filters: &[Filter<'static>],
    ty: TypeRef<'_>,
    decides: Rest,
    neutral: Rest,
    combine: impl Fn(Vec<Filter<'static>>) -> Filter<'static>,
) -> Rest {
    let mut left = Vec::with_capacity(filters.len());
    for filter in filters {
        match of(filter, ty) {
            Rest::Filter(Filter::And(inner)) if decides == Rest::Nothing => left.extend(inner),
            Rest::Filter(Filter::Or(inner)) if decides == Rest::Everything => left.extend(inner),
            Rest::Filter(filter) => left.push(filter),
            rest if rest == decides => return decides,
            _ => {}
        }
    }
    match (left.pop(), left.is_empty()) {
        (None, _) => neutral,
        (Some(only), true) => Rest::Filter(only),
        (Some(last), false) => {
            left.push(last);
            Rest::Filter(combine(left))
        }
    }
}

/// Whether every resource of the type meets a test of its type's name; `None` for any other test.
fn holds(test: &AttrExp<'static>, ty: TypeRef<'_>) -> Option<bool> {
    let Resolved::Attribute { extension: None, attribute, sub: Some(sub) } = resolve(&test.path, ty) else {
        return None;
    };
    if attribute.name != *"meta" || sub.name != *"resourceType" {
        return None;
    }
    let text = |text: &str| if sub.case_exact { text.to_owned() } else { fold(text) };
    let name = text(&ty.resource_type.name);
    match &test.test {
        Test::Present => Some(true),
        Test::Compare(op, CompValue::String(value)) => {
            let value = text(value);
            match op {
                CompareOp::Eq => Some(name == value),
                CompareOp::Ne => Some(name != value),
                CompareOp::Co => Some(name.contains(&value)),
                CompareOp::Sw => Some(name.starts_with(&value)),
                CompareOp::Ew => Some(name.ends_with(&value)),
                _ => None,
            }
        }
        Test::Compare(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use rollbook_schema::Registry;

    use super::*;

    #[test]
    fn what_the_type_decides_drops_out() {
        let registry = Registry::standard();
        let rest = |text: &'static str, name: &str| {
            let resource_type = registry.resource_type(name).unwrap();
            of(&Filter::parse(text).unwrap(), TypeRef { registry: &registry, resource_type })
        };
        let filter = |text: &'static str| Rest::Filter(Filter::parse(text).unwrap());
        let both = r#"(meta.resourceType eq "User") or (meta.resourceType eq "Group")"#;
        assert_eq!(rest(both, "User"), Rest::Everything);
        assert_eq!(rest(both, "Group"), Rest::Everything);
        let users = r#"META.ResourceType eq "User" and (userName pr or title pr)"#;
        assert_eq!(rest(users, "User"), filter("userName pr or title pr"));
        assert_eq!(rest(users, "Group"), Rest::Nothing);
        assert_eq!(rest(r#"not (meta.resourceType eq "User")"#, "User"), Rest::Nothing);
        assert_eq!(rest(r#"meta.resourceType ne "User""#, "Group"), Rest::Everything);
        let mixed = r#"meta.resourceType eq "User" and userName eq "a" or displayName eq "b""#;
        assert_eq!(rest(mixed, "Group"), filter(r#"displayName eq "b""#));
        assert_eq!(rest(mixed, "User"), filter(r#"userName eq "a" or displayName eq "b""#));
        let nested = r#"title pr and (meta.resourceType eq "Group" or userName pr and nickName pr)"#;
        assert_eq!(rest(nested, "User"), filter("title pr and userName pr and nickName pr"));
        assert_eq!(rest("meta.resourceType pr", "User"), Rest::Everything);
        assert_eq!(rest(r#"meta.resourceType gt "A""#, "User"), filter(r#"meta.resourceType gt "A""#));
        assert_eq!(rest("meta.created pr", "User"), filter("meta.created pr"));
    }
}
