//! What an address is for, by the registries of special-purpose addresses (RFC 6890 and its successors).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::AddressRange;

/// What an address is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AddressKind {
    /// Reachable from the internet.
    Public,
    /// This machine.
    Loopback,
    /// A private network: RFC 1918, RFC 6598, RFC 4193.
    Private,
    /// The local link (RFC 3927, RFC 4291 §2.5.6).
    LinkLocal,
    /// Anything else that is no single host of the internet: unspecified, multicast, documentation, reserved.
    Reserved,
}

impl AddressKind {
    /// Tells what an address is for; see [`carried`] for IPv6 addresses that stand for IPv4 ones.
    pub(super) fn of(address: IpAddr) -> Self {
        let table: &[(&str, Self)] = if address.is_ipv4() { &V4 } else { &V6 };
        let found = table.iter().find(|(range, _)| {
            // The table is checked by a test; a range that did not parse would count as holding every address.
            range.parse::<AddressRange>().map_or(true, |range| range.contains(address))
        });
        // All of IPv6 that is given out so far is in 2000::/3; the rest is reserved.
        let rest = match address {
            IpAddr::V6(address) if address.octets()[0] >> 5 != 1 => Self::Reserved,
            _ => Self::Public,
        };
        found.map_or(rest, |(_, kind)| *kind)
    }
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Reserved => "reserved",
        })
    }
}

/// The IPv4 address that an IPv6 address stands for (RFC 4291 §2.5.5, RFC 6052 §2.1), else the address itself.
pub(super) fn carried(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let low = || {
        let [g, h] = [g.to_be_bytes(), h.to_be_bytes()];
        IpAddr::V4(Ipv4Addr::new(g[0], g[1], h[0], h[1]))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => low(),
        (0, 0, 0, 0, 0, 0) if v6 != Ipv6Addr::UNSPECIFIED && v6 != Ipv6Addr::LOCALHOST => low(),
        _ => address,
    }
}

/// Tells whether an address is that of a metadata service, which hands out a machine's own credentials.
pub(super) fn is_metadata(address: IpAddr) -> bool {
    METADATA.iter().any(|known| known.parse() == Ok(address))
}

/// Amazon (also Azure, Google, Oracle, OpenStack), its containers, Alibaba, Azure's wire server, Oracle's; then IPv6.
const METADATA: [&str; 10] = [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "fe80::a9fe:a9fe",
];

const V4: [(&str, AddressKind); 15] = [
    ("127.0.0.0/8", AddressKind::Loopback),
    ("10.0.0.0/8", AddressKind::Private),
    ("172.16.0.0/12", AddressKind::Private),
    ("192.168.0.0/16", AddressKind::Private),
    ("100.64.0.0/10", AddressKind::Private),
    ("169.254.0.0/16", AddressKind::LinkLocal),
    ("0.0.0.0/8", AddressKind::Reserved),
    ("192.0.0.0/24", AddressKind::Reserved),
    ("192.0.2.0/24", AddressKind::Reserved),
    ("192.88.99.0/24", AddressKind::Reserved),
    ("198.18.0.0/15", AddressKind::Reserved),
    ("198.51.100.0/24", AddressKind::Reserved),
    ("203.0.113.0/24", AddressKind::Reserved),
    ("224.0.0.0/4", AddressKind::Reserved),
    ("240.0.0.0/4", AddressKind::Reserved),
];

/// Tunnels (Teredo, 6to4) are reserved too: they lead to IPv4 addresses that are not seen here.
const V6: [(&str, AddressKind); 8] = [
    ("::1/128", AddressKind::Loopback),
    ("fc00::/7", AddressKind::Private),
    ("fe80::/10", AddressKind::LinkLocal),
    ("2001::/23", AddressKind::Reserved),
    ("2001:db8::/32", AddressKind::Reserved),
    ("2002::/16", AddressKind::Reserved),
    ("3fff::/20", AddressKind::Reserved),
    ("ff00::/8", AddressKind::Reserved),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_parse() {
        for (range, _) in V4.iter().chain(&V6) {
            let parsed = range.parse::<AddressRange>().unwrap();
            assert_eq!(parsed.to_string(), *range);
        }
        for address in METADATA {
            assert!(address.parse::<IpAddr>().is_ok(), "{address}");
        }
    }
}
