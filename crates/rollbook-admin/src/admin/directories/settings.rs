//! What the settings of a directory must be.

use rollbook_filter::PatchPath;
use rollbook_protocol::{Resolved, TypeRef, resolve};
use rollbook_schema::{Mutability, Registry};
use rollbook_store::{Directory, DirectorySettings, MAX_DOMAINS, RateLimit, RequiredAttribute};

use super::Admin;
use crate::admin::check::{self, invalid};
use crate::error::AdminError;
use crate::view::SettingsChange;

/// The most required attributes beyond those of the schema and the profile.
const MAX_REQUIRED: usize = 100;

/// The longest that the token before a rotation stays good: 7 days, in minutes.
const MAX_PREVIOUS: u32 = 10_080;

/// The highest rate and burst.
const MAX_RATE: u32 = 100_000;

impl Admin {
    /// Applies a change and checks the outcome as a whole.
    pub(super) async fn change_settings(
        &self,
        directory: &mut Directory,
        change: SettingsChange,
    ) -> Result<(), AdminError> {
        let domains_change = change.domains.is_some();
        apply(&mut directory.settings, change);
        check(&mut directory.settings, &self.registry)?;
        if domains_change {
            self.check_foreign_domains(directory).await?;
        }
        Ok(())
    }

    /// A domain belongs to one directory at most, so that one user's home is never in doubt.
    async fn check_foreign_domains(&self, directory: &Directory) -> Result<(), AdminError> {
        for other in self.store.directories().await? {
            if other.id == directory.id || other.deleting.is_some() {
                continue;
            }
            let mut domains = directory.settings.domains.iter();
            if let Some(domain) = domains.find(|domain| contains(&other.settings.domains, domain)) {
                return Err(AdminError::Conflict {
                    code: "domain.already.exists",
                    sentence: format!(
                        "the domain `{domain}` belongs to the directory `{}`; take it away there first",
                        other.slug
                    ),
                });
            }
        }
        Ok(())
    }
}

fn apply(settings: &mut DirectorySettings, change: SettingsChange) {
    fn set<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    set(&mut settings.source, change.source);
    set(&mut settings.domains, change.domains);
    set(&mut settings.default_domain, change.default_domain);
    set(&mut settings.profile, change.profile);
    set(&mut settings.required, change.required);
    set(&mut settings.decode_external_id_as_ms_guid, change.decode_external_id_as_ms_guid);
    set(&mut settings.patch_answer, change.patch_answer);
    set(&mut settings.unique_group_names, change.unique_group_names);
    set(&mut settings.member_value, change.member_value);
    set(&mut settings.remove_all_members, change.remove_all_members);
    set(&mut settings.rate_limit, change.rate_limit);
    set(&mut settings.token_minutes, change.token_minutes);
    set(&mut settings.previous_token_minutes, change.previous_token_minutes);
}

/// Checks settings, and writes domains in their one spelling.
fn check(settings: &mut DirectorySettings, registry: &Registry) -> Result<(), AdminError> {
    settings.domains = check_domains(&settings.domains)?;
    if let Some(default) = &settings.default_domain {
        let default = default.trim().to_ascii_lowercase();
        if !contains(&settings.domains, &default) {
            let has = if settings.domains.is_empty() {
                "has none yet".to_owned()
            } else {
                format!("has {}", settings.domains.join(", "))
            };
            let problem = format!("is `{default}`, which is not one of the directory's domains: it {has}");
            return Err(invalid("default_domain", problem));
        }
        settings.default_domain = Some(default);
    }
    if settings.required.len() > MAX_REQUIRED {
        return Err(invalid("required", format!("has more than {MAX_REQUIRED} attributes")));
    }
    for required in &settings.required {
        check_required(required, registry)?;
    }
    settings.required.dedup();
    if let Some(RateLimit { per_second, burst }) = settings.rate_limit {
        for (what, number) in [("per_second", per_second), ("burst", burst)] {
            if !(1..=MAX_RATE).contains(&number) {
                return Err(invalid("rate_limit", format!("`{what}` must be 1 to {MAX_RATE}")));
            }
        }
    }
    if let Some(minutes) = settings.token_minutes {
        check::lifetime("token_minutes", minutes.into())?;
    }
    if settings.previous_token_minutes > MAX_PREVIOUS {
        return Err(invalid(
            "previous_token_minutes",
            format!("must be 0 to {MAX_PREVIOUS} minutes (7 days); 0 ends the old token at once"),
        ));
    }
    Ok(())
}

fn check_domains(domains: &[String]) -> Result<Vec<String>, AdminError> {
    if domains.len() > MAX_DOMAINS {
        return Err(invalid("domains", format!("has more than {MAX_DOMAINS} domains")));
    }
    let mut checked: Vec<String> = Vec::with_capacity(domains.len());
    for domain in domains {
        let domain = domain.trim().to_ascii_lowercase();
        if !is_domain(&domain) {
            let problem = format!("holds `{domain}`, which is not a domain name such as example.com");
            return Err(invalid("domains", problem));
        }
        if contains(&checked, &domain) {
            return Err(invalid("domains", format!("holds `{domain}` twice; keep one")));
        }
        checked.push(domain);
    }
    Ok(checked)
}

/// Labels of letters, digits, `-` and `_` (which Active Directory allows), 63 characters at most each, 253 in all
/// (RFC 1035 §2.3.4); a single label is a NetBIOS domain.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=63).contains(&label.len())
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

fn contains(domains: &[String], domain: &str) -> bool {
    domains.iter().any(|it| it.eq_ignore_ascii_case(domain))
}

/// A required attribute must be one that a client may write.
fn check_required(required: &RequiredAttribute, registry: &Registry) -> Result<(), AdminError> {
    let RequiredAttribute { resource_type, attribute } = required;
    let wrong = |problem: String| invalid("required", problem);
    let Some(known) = registry.resource_type(resource_type) else {
        let names: Vec<&str> = registry.resource_types().map(|it| it.name.as_str()).collect();
        return Err(wrong(format!(
            "names the resource type `{resource_type}`, which there is not; there are {}",
            names.join(", ")
        )));
    };
    let path = PatchPath::parse(attribute)
        .map_err(|error| wrong(format!("holds `{attribute}`, which is not an attribute's path: {error}")))?;
    let ty = TypeRef { registry, resource_type: known };
    match resolve(path.attr_path(), ty) {
        Resolved::Attribute { attribute: found, sub, .. } => {
            let read_only = |it: &rollbook_schema::Attribute| it.mutability == Mutability::ReadOnly;
            if read_only(found) || sub.is_some_and(read_only) {
                return Err(wrong(format!(
                    "holds `{attribute}`, which only the server writes; leave it out"
                )));
            }
            let brackets = matches!(path, PatchPath::Value { .. });
            if brackets && (!found.multi_valued || found.sub_attributes.is_empty()) {
                return Err(wrong(format!("holds `{attribute}`, but `{}` takes no brackets", found.name)));
            }
            check_inner(&path, found, attribute)
        }
        Resolved::Extension(_) => {
            Err(wrong(format!("holds `{attribute}`, a whole extension; name one attribute of it")))
        }
        Resolved::Unknown { .. } => Err(wrong(format!(
            "holds `{attribute}`, which no schema of `{resource_type}` has; spell it as in /Schemas"
        ))),
    }
}

/// The sub-attribute behind brackets, as in `emails[type eq "work"].value`.
fn check_inner(
    path: &PatchPath<'_>,
    attribute: &rollbook_schema::Attribute,
    shown: &str,
) -> Result<(), AdminError> {
    let PatchPath::Value { sub: Some(sub), .. } = path else { return Ok(()) };
    if attribute.sub_attribute(sub).is_some() {
        return Ok(());
    }
    Err(invalid("required", format!("holds `{shown}`, but `{}` has no `{sub}`", attribute.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_domain_names() {
        for good in ["example.com", "a", "corp_1", "xn--mnchen-3ya.example", "1.2", &"a".repeat(63)] {
            assert!(is_domain(good), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "-a", "a-", "a b", "a@b", "ä.example", &"a".repeat(64)] {
            assert!(!is_domain(bad), "{bad}");
        }
        assert!(!is_domain(&vec!["abcdefg"; 32].join(".")));
    }
}
