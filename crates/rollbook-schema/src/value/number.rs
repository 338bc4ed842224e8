//! Numbers that keep their text.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A JSON number that loses nothing.
///
/// `1.10`, `1e2` and `12345678901234567890123` are printed as they came. Comparison is by exact decimal value:
/// `1.10` equals `1.1`, and `1e2` equals `100`.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    Signed(i64),
    Unsigned(u64),
    /// A number whose text neither would give back.
    Text(Box<str>),
}

/// A text that is no JSON number (RFC 8259 §6).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a JSON number; write digits with an optional sign, fraction and exponent, such as -1.5e3")]
pub struct ParseNumberError(());

impl Number {
    /// Makes a number from a float; `None` when it is infinite or not a number, which JSON cannot say.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self(Repr::Text(format!("{value:?}").into())))
    }

    /// Returns the number as an integer when it is whole and fits; `1e2` and `100.0` are 100.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Signed(value) => Some(*value),
            Repr::Unsigned(value) => i64::try_from(*value).ok(),
            _ => Decimal::new(&self.to_string()).to_i64(),
        }
    }

    /// Returns the nearest float, which is infinite when the number is beyond its range.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Tells whether the text has neither fraction nor exponent, as RFC 7643 §2.3.4 asks of an integer.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Signed(_) | Repr::Unsigned(_) => true,
            Repr::Text(text) => !text.contains(['.', 'e', 'E']),
        }
    }

    /// Hands over an integer, or the text through `serde_json`'s raw value, which only `serde_json` writes as a number.
    pub(super) fn emit<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Signed(value) => serializer.serialize_i64(*value),
            Repr::Unsigned(value) => serializer.serialize_u64(*value),
            Repr::Text(text) => match serde_json::value::RawValue::from_string(text.to_string()) {
                Ok(raw) => serde::Serialize::serialize(&raw, serializer),
                Err(_) => serializer.serialize_f64(self.as_f64()),
            },
        }
    }
}

impl FromStr for Number {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if number_length(text.as_bytes()) != Some(text.len()) {
            return Err(ParseNumberError(()));
        }
        if let Ok(value) = text.parse::<i64>()
            && text != "-0"
        {
            return Ok(Self(Repr::Signed(value)));
        }
        if let Ok(value) = text.parse::<u64>() {
            return Ok(Self(Repr::Unsigned(value)));
        }
        Ok(Self(Repr::Text(text.into())))
    }
}

/// Returns the length of the JSON number that `bytes` begin with (RFC 8259 §6).
pub(crate) fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    match (bytes.get(at), digits(at)) {
        (_, 0) => return None,
        (Some(b'0'), _) => at += 1,
        (_, count) => at += count,
    }
    if bytes.get(at) == Some(&b'.') {
        match digits(at + 1) {
            0 => return None,
            count => at += 1 + count,
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        match digits(at + 1 + sign) {
            0 => return None,
            count => at += 1 + sign + count,
        }
    }
    Some(at)
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Signed(value) => fmt::Display::fmt(value, f),
            Repr::Unsigned(value) => fmt::Display::fmt(value, f),
            Repr::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Signed(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self(Repr::Unsigned(value)), Self::from)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Signed(left), Repr::Signed(right)) => left.cmp(right),
            (Repr::Unsigned(left), Repr::Unsigned(right)) => left.cmp(right),
            _ => Decimal::new(&self.to_string()).cmp(&Decimal::new(&other.to_string())),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

/// A decimal in the one form `0.digits * 10^point`, without zeros at either end of the digits.
struct Decimal {
    negative: bool,
    digits: String,
    point: i64,
}

impl Decimal {
    /// Reads a valid JSON number; an exponent beyond `i64` counts as its bound.
    fn new(text: &str) -> Self {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let bound = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
        let exponent = exponent.parse().unwrap_or(bound);
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let lead = i64::try_from(whole.len()).unwrap_or(i64::MAX);
        let zeros = i64::try_from(all.len() - digits.len()).unwrap_or(i64::MAX);
        let digits = digits.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Self { negative: false, digits, point: 0 };
        }
        Self { negative, digits, point: exponent.saturating_add(lead - zeros) }
    }

    fn to_i64(&self) -> Option<i64> {
        let length = usize::try_from(self.point).ok().filter(|length| *length <= 19)?;
        if self.digits.len() > length {
            return None;
        }
        let sign = if self.negative { "-" } else { "+" };
        format!("{sign}{:0<length$}", if self.digits.is_empty() { "0" } else { &self.digits }).parse().ok()
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |value: &Self| match (value.digits.is_empty(), value.negative) {
            (true, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        };
        let size = || self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then_with(|| if self.negative { size().reverse() } else { size() })
    }
}
