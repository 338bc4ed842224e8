//! The spelling in which a type is handed the name of a member.

use crate::name::AttributeName;

/// Which names a type asks for.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// The fields of a struct: a member is handed over as the field spells it.
    Fields(&'static [&'static str]),
    /// A map, or a struct with a flattened field, which does not say: known names in the schemas' spelling.
    Known,
}

impl Wanted {
    pub(super) fn spelling(self, name: &AttributeName) -> &str {
        let known = || name.canonical().unwrap_or(name.as_str());
        match self {
            Self::Fields(fields) => {
                let mut same = fields.iter().filter(|field| field.eq_ignore_ascii_case(name.as_str()));
                // A struct may tell two fields apart by case alone; then the exact one is meant, else the first.
                let first = same.clone().next();
                same.find(|field| **field == name.as_str()).or(first).copied().unwrap_or_else(known)
            }
            Self::Known => known(),
        }
    }
}
