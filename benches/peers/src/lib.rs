//! Every parser of the comparison behind one face.

#[path = "../../benches/filter/cases.rs"]
mod cases;
#[path = "../../benches/filter/floor.rs"]
#[allow(dead_code, reason = "what is read into the tree is compared, not used")]
mod floor;

use std::hint::black_box;

use rollbook_filter::Filter;
use scim_proto::filter::ScimFilter;

/// Reads a filter and drops what it became; tells whether it was one.
pub type Parser = fn(&str) -> bool;

/// The parsers, ours and the floor first.
pub const PARSERS: [(&str, Parser); 5] = [
    ("floor", |text| black_box(floor::parse(text)).is_ok()),
    ("rollbook", |text| black_box(Filter::parse_with(text, &cases::LIMITS)).is_ok()),
    ("scim_proto", |text| black_box(text.parse::<ScimFilter>()).is_ok()),
    ("scim-filter", |text| black_box(scim_filter::parser::filter(text)).is_ok()),
    ("scim_v2", |text| black_box(text.parse::<scim_v2::filter::Filter>()).is_ok()),
];

/// The filters that a parser reads; names of the others.
pub fn readable(parser: Parser) -> (Vec<String>, Vec<&'static str>) {
    let (read, refused): (Vec<_>, Vec<_>) = cases::twelve().into_iter().partition(|(_, text)| parser(text));
    (read.into_iter().map(|(_, text)| text).collect(), refused.into_iter().map(|(name, _)| name).collect())
}
