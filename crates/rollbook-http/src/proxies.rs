//! Who the client is when a proxy stands in front of the server.

use std::net::IpAddr;
use std::str::FromStr;

use http::HeaderMap;

/// The most hops that are looked at.
const MOST_HOPS: usize = 32;

/// The proxies whose word about the client's address is taken; none by default.
///
/// It is used for the request log alone: addresses in answers come from the configured base URL, never from a header.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    ranges: Vec<Range>,
}

/// A word that is not an address or a range of addresses.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{word}` is not an address such as 10.0.0.7 or a range such as 10.0.0.0/8 or fd00::/8")]
pub struct InvalidRange {
    word: String,
}

#[derive(Clone, Copy, Debug)]
struct Range {
    address: IpAddr,
    /// How many bits of it count.
    bits: u32,
}

impl TrustedProxies {
    /// Reads addresses and ranges of addresses (CIDR, RFC 4632 §3.1), such as `10.0.0.0/8` and `fd00::/8`.
    ///
    /// # Errors
    /// Names the first word that is neither.
    pub fn parse<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> Result<Self, InvalidRange> {
        let ranges = words.into_iter().map(|word| word.as_ref().trim().parse()).collect::<Result<_, _>>()?;
        Ok(Self { ranges })
    }

    /// The client's address: the peer's, or, as long as that is a trusted proxy, the one that it names.
    ///
    /// `X-Forwarded-For` is read from its right end, where the nearest proxy writes, up to the first address that is
    /// not trusted: what a client invents stands further left. `Forwarded` (RFC 7239) is read where that is missing.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        let hops: Vec<_> = match list(headers, "x-forwarded-for") {
            hops if hops.is_empty() => list(headers, "forwarded").into_iter().map(forwarded_for).collect(),
            hops => hops.into_iter().map(address).collect(),
        };
        for hop in hops.into_iter().rev().take(MOST_HOPS) {
            // What cannot be read ends the chain: whoever wrote it is the last one that is known.
            let Some(hop) = hop else { break };
            client = hop;
            if !self.trusts(client) {
                break;
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.holds(address))
    }
}

impl Range {
    fn holds(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32_u32.saturating_sub(self.bits);
                (own.to_bits() ^ other.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128_u32.saturating_sub(self.bits);
                (own.to_bits() ^ other.to_bits()).checked_shr(shift).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Range {
    type Err = InvalidRange;

    fn from_str(word: &str) -> Result<Self, InvalidRange> {
        let invalid = || InvalidRange { word: word.chars().take(64).collect() };
        let (address, bits) = match word.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| invalid())?)),
            None => (word, None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        match bits.unwrap_or(most) {
            bits if bits <= most => Ok(Self { address, bits }),
            _ => Err(invalid()),
        }
    }
}

/// The members of a list header, over all its lines, in order.
fn list<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    let lines = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|member| !member.is_empty()).collect()
}

/// The `for` of one member of `Forwarded`.
fn forwarded_for(member: &str) -> Option<IpAddr> {
    let pairs = member.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut names = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for"));
    address(names.next()?.1.trim_matches('"'))
}

/// An address, perhaps with a port, perhaps in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None if text.matches(':').count() == 1 => text.split(':').next()?,
        None => text,
    };
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies = TrustedProxies::parse(["10.0.0.0/8", "fd00::/8", "192.0.2.7"]).unwrap();
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        proxies.client(peer.parse().unwrap(), &headers.collect()).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let forged = [("x-forwarded-for", "1.2.3.4")];
        assert_eq!(client("203.0.113.9", &forged), "203.0.113.9");
        assert_eq!(client("::ffff:203.0.113.9", &forged), "203.0.113.9");
        assert_eq!(client("10.1.1.1", &forged), "1.2.3.4");
        assert_eq!(client("::ffff:10.1.1.1", &forged), "1.2.3.4");
        assert_eq!(client("fd00::1", &forged), "1.2.3.4");
        assert_eq!(client("192.0.2.8", &forged), "192.0.2.8");
        assert_eq!(client("10.1.1.1", &[]), "10.1.1.1");
    }

    #[test]
    fn the_chain_is_read_from_its_right_end() {
        for (value, wanted) in [
            ("9.9.9.9, 203.0.113.9", "203.0.113.9"),
            ("9.9.9.9, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("9.9.9.9, nonsense, 10.0.0.2", "10.0.0.2"),
            ("nonsense", "10.1.1.1"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("10.0.0.2, 10.0.0.3", "10.0.0.2"),
            ("", "10.1.1.1"),
        ] {
            assert_eq!(client("10.1.1.1", &[("x-forwarded-for", value)]), wanted, "{value}");
        }
        let lines = [("x-forwarded-for", "9.9.9.9"), ("x-forwarded-for", "203.0.113.9")];
        let proxies = TrustedProxies::parse(["10.0.0.0/8"]).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value.parse().unwrap());
        }
        assert_eq!(proxies.client("10.1.1.1".parse().unwrap(), &headers).to_string(), "203.0.113.9");
    }

    #[test]
    fn rfc_7239_forwarded_is_read_where_the_other_is_missing() {
        for (value, wanted) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=9.9.9.9, proto=https;for=\"203.0.113.9\"", "203.0.113.9"),
            ("for=unknown", "10.1.1.1"),
            ("for=_hidden, for=10.0.0.9", "10.0.0.9"),
        ] {
            assert_eq!(client("10.1.1.1", &[("forwarded", value)]), wanted, "{value}");
        }
        let both = [("forwarded", "for=1.1.1.1"), ("x-forwarded-for", "2.2.2.2")];
        assert_eq!(client("10.1.1.1", &both), "2.2.2.2");
    }

    #[test]
    fn ranges_are_checked() {
        for word in ["", "10.0.0.0/33", "fd00::/129", "example.com", "10.0.0.0/", "10.0.0/8"] {
            let error = TrustedProxies::parse([word]).unwrap_err().to_string();
            assert!(error.contains(&format!("`{word}`")), "{error}");
        }
        let all = TrustedProxies::parse(["0.0.0.0/0", "::/0"]).unwrap();
        assert!(all.trusts("1.2.3.4".parse().unwrap()) && all.trusts("::1".parse().unwrap()));
    }
}
