//! What was rendered lately, so that a resource that is asked for again is only copied.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use rollbook_protocol::etag;
use rollbook_store::{DirectoryId, GroupRef, ResourceId, StoreError, Stored};

/// About the memory that one entry takes besides its bytes.
const ENTRY: u64 = 512;

/// About the size of a rendered user, by which the number of entries is guessed.
const USUAL: usize = 4 * 1024;

/// Rendered resources without members, as a request that asks for no projection sees them; bounded in bytes.
#[derive(Debug)]
pub(crate) struct Renderings {
    /// `None` keeps nothing.
    kept: Option<Cache<Key, Arc<Rendering>, Size>>,
}

/// A resource, by an address that it was asked for by.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Key {
    directory: DirectoryId,
    id: ResourceId,
    base: Arc<str>,
}

/// A rendered resource, and what it was made from.
#[derive(Debug)]
pub(crate) struct Rendering {
    stored: Stored,
    groups: Arc<[GroupRef]>,
    pub(crate) body: Bytes,
    /// `None` where no header can carry it, such as an id with a line feed.
    pub(crate) location: Option<HeaderValue>,
    pub(crate) etag: Option<HeaderValue>,
}

impl Renderings {
    /// Room for so many bytes; 0 keeps nothing.
    pub(crate) fn new(bytes: usize) -> Self {
        let weight = u64::try_from(bytes).unwrap_or(u64::MAX);
        Self { kept: (bytes > 0).then(|| Cache::with_weighter(bytes / USUAL, weight, Size)) }
    }

    /// The resource as it is rendered; `render` is asked for its bytes and its location where it has changed since the
    /// last time, or its groups have.
    pub(crate) fn of(
        &self,
        (directory, base): (&DirectoryId, &Arc<str>),
        stored: &Stored,
        groups: &Arc<[GroupRef]>,
        render: impl FnOnce() -> Result<(Vec<u8>, String), StoreError>,
    ) -> Result<Arc<Rendering>, StoreError> {
        let Some(kept) = &self.kept else { return Rendering::new(stored, groups, render()?).map(Arc::new) };
        let key = Key { directory: directory.clone(), id: stored.id.clone(), base: Arc::clone(base) };
        if let Some(rendering) = kept.get(&key).filter(|rendering| rendering.is_of(stored, groups)) {
            return Ok(rendering);
        }
        let rendering = Arc::new(Rendering::new(stored, groups, render()?)?);
        kept.insert(key, Arc::clone(&rendering));
        Ok(rendering)
    }
}

impl Rendering {
    fn new(
        stored: &Stored,
        groups: &Arc<[GroupRef]>,
        (body, location): (Vec<u8>, String),
    ) -> Result<Self, StoreError> {
        Ok(Self {
            stored: stored.clone(),
            groups: Arc::clone(groups),
            body: body.into(),
            location: HeaderValue::try_from(location).ok(),
            etag: HeaderValue::try_from(etag(stored.version)).ok(),
        })
    }

    /// Whether it was made from this: all is looked at, so that no store has to promise anything.
    fn is_of(&self, stored: &Stored, groups: &Arc<[GroupRef]>) -> bool {
        let Stored { id, resource_type, version, created, modified, body } = &self.stored;
        *version == stored.version
            && (*created, *modified) == (stored.created, stored.modified)
            && (std::ptr::eq(&raw const **body, &raw const *stored.body) || *body == stored.body)
            && (id, resource_type) == (&stored.id, &stored.resource_type)
            && (Arc::ptr_eq(&self.groups, groups) || self.groups == *groups)
    }
}

/// The memory that an entry holds.
#[derive(Clone, Copy, Debug)]
struct Size;

impl Weighter<Key, Arc<Rendering>> for Size {
    fn weight(&self, key: &Key, rendering: &Arc<Rendering>) -> u64 {
        let bytes = rendering.body.len() + rendering.stored.body.len() + key.base.len();
        ENTRY + u64::try_from(bytes).unwrap_or(u64::MAX / 2)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn stored(version: u64, body: &str) -> Stored {
        Stored {
            id: ResourceId::new("1"),
            resource_type: "User".into(),
            version,
            created: DateTime::UNIX_EPOCH,
            modified: DateTime::UNIX_EPOCH,
            body: body.as_bytes().to_vec().into(),
        }
    }

    fn groups(names: &[&str]) -> Arc<[GroupRef]> {
        names.iter().map(|name| GroupRef { id: ResourceId::new(*name), display: None }).collect()
    }

    #[test]
    fn what_has_changed_is_rendered_again() {
        let cache = Renderings::new(1024 * 1024);
        let (here, other) = (DirectoryId::new("a"), DirectoryId::new("b"));
        let (base, elsewhere): (Arc<str>, Arc<str>) = ("/scim/v2/a".into(), "/usergroup/scim/v2".into());
        let none = groups(&[]);
        let mut rendered = 0;
        let mut ask =
            |directory: &DirectoryId, base: &Arc<str>, stored: &Stored, groups: &Arc<[GroupRef]>| {
                let before = rendered;
                let rendering = cache.of((directory, base), stored, groups, || {
                    rendered += 1;
                    Ok((format!("{directory}{base}{rendered}").into_bytes(), "x".to_owned()))
                });
                (rendering.unwrap().body.clone(), rendered > before)
            };
        let (first, is_new) = ask(&here, &base, &stored(1, "{}"), &none);
        assert!(is_new);
        assert_eq!(ask(&here, &base, &stored(1, "{}"), &groups(&[])), (first, false), "equal is enough");
        for (what, directory, base, stored, groups) in [
            ("version", &here, &base, stored(2, "{}"), groups(&[])),
            ("body under the same version", &here, &base, stored(2, "{ }"), groups(&[])),
            ("groups", &here, &base, stored(2, "{ }"), groups(&["g"])),
            ("other groups", &here, &base, stored(2, "{ }"), groups(&["h"])),
            ("base", &here, &elsewhere, stored(2, "{ }"), groups(&["h"])),
            ("directory", &other, &base, stored(2, "{ }"), groups(&["h"])),
        ] {
            assert!(ask(directory, base, &stored, &groups).1, "{what}");
            assert!(!ask(directory, base, &stored, &groups).1, "{what}");
        }
    }

    #[test]
    fn it_holds_no_more_than_it_may() {
        let cache = Renderings::new(64 * 1024);
        let base: Arc<str> = "".into();
        for number in 0..200 {
            let stored = Stored { id: ResourceId::new(number.to_string()), ..stored(1, "{}") };
            let body = || Ok((vec![b'x'; 2_000], String::new()));
            cache.of((&DirectoryId::new("a"), &base), &stored, &groups(&[]), body).unwrap();
        }
        let kept = cache.kept.unwrap();
        assert!(kept.weight() <= 64 * 1024, "{}", kept.weight());
        assert!(kept.len() > 10, "{}", kept.len());
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let cache = Renderings::new(0);
        let base: Arc<str> = "".into();
        for number in 0..2 {
            let body = || Ok((vec![number], "a\nb".to_owned()));
            let rendering = cache.of((&DirectoryId::new("a"), &base), &stored(1, "{}"), &groups(&[]), body);
            let rendering = rendering.unwrap();
            assert_eq!(rendering.body[..], [number]);
            assert!(rendering.location.is_none() && rendering.etag.is_some());
        }
    }
}
