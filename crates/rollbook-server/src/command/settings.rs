//! The flags for a directory's settings.

use clap::Args;
use rollbook_admin::SettingsChange;
use rollbook_store::{DirectoryProfile, MemberValue, PatchAnswer, RateLimit, RequiredAttribute, Source};

use super::words::{Maybe, minutes_or_default, previous_minutes, rate_limit, required, word};

/// Settings of a directory; each flag that is not there leaves what it is for.
#[derive(Args, Debug)]
pub(super) struct SettingArguments {
    /// Where its resources come from: entra, okta, generic; proposes the client kind too
    #[arg(long, value_parser = word::<Source>)]
    source: Option<Source>,
    /// Its domains, at most 30: example.com,example.org; the whole list, "" for none
    #[arg(long, value_name = "DOMAINS")]
    domains: Option<String>,
    /// The domain of users without one, one of its domains; "" for none
    #[arg(long, value_name = "DOMAIN")]
    default_domain: Option<String>,
    /// Which attributes are required beyond the schema's: plain, workspace-one
    #[arg(long, value_parser = word::<DirectoryProfile>)]
    profile: Option<DirectoryProfile>,
    /// One more required attribute, such as User:name.givenName; repeat it for the whole list, "" for none
    #[arg(long, value_name = "TYPE:ATTRIBUTE", value_parser = required)]
    required: Option<Vec<Maybe<RequiredAttribute>>>,
    /// Whether a base64 externalId is mapped as the GUID that it encodes
    #[arg(long, value_name = "BOOL")]
    decode_ms_guid: Option<bool>,
    /// What a successful PATCH answers: resource, no-content
    #[arg(long, value_name = "ANSWER", value_parser = word::<PatchAnswer>)]
    patch_answer: Option<PatchAnswer>,
    /// Whether two groups may not have the same displayName
    #[arg(long, value_name = "BOOL")]
    unique_group_names: Option<bool>,
    /// What the value of a member names: id, external-id
    #[arg(long, value_name = "WHAT", value_parser = word::<MemberValue>)]
    member_value: Option<MemberValue>,
    /// Whether a PATCH may take all members out of a group by naming none
    #[arg(long, value_name = "BOOL")]
    remove_all_members: Option<bool>,
    /// How many requests a second its clients may send, and how many at once: 100, 100/500, off
    #[arg(long, value_name = "RATE", value_parser = rate_limit)]
    rate_limit: Option<Maybe<RateLimit>>,
    /// How long its new tokens are good for: 90d, 12h, 2y, default (6 months); living tokens stay as they are
    #[arg(long, value_name = "TIME", value_parser = minutes_or_default)]
    token_lifetime: Option<Maybe<u32>>,
    /// How long the old token stays good after a rotation: 24h, at most 7d; 0 ends it at once
    #[arg(long, value_name = "TIME", value_parser = previous_minutes)]
    previous_token: Option<u32>,
}

impl SettingArguments {
    pub(super) fn into_change(self) -> SettingsChange {
        let list = |text: String| {
            text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
        };
        SettingsChange {
            source: self.source,
            domains: self.domains.map(list),
            default_domain: self.default_domain.map(|domain| Some(domain).filter(|it| !it.is_empty())),
            profile: self.profile,
            required: self.required.map(|all| all.into_iter().filter_map(|it| it.0).collect()),
            decode_external_id_as_ms_guid: self.decode_ms_guid,
            patch_answer: self.patch_answer,
            unique_group_names: self.unique_group_names,
            member_value: self.member_value,
            remove_all_members: self.remove_all_members,
            rate_limit: self.rate_limit.map(|it| it.0),
            token_minutes: self.token_lifetime.map(|it| it.0),
            previous_token_minutes: self.previous_token,
        }
    }
}
