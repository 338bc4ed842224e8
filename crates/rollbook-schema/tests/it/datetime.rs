//! RFC 7643 §2.3.5: dateTime.

use chrono::{SecondsFormat, Utc};
use proptest::prelude::{Just, Strategy, prop_assert_eq, prop_oneof, proptest};
use rollbook_schema::{DateTime, format_instant};

#[test]
fn rfc7643_2_3_5_same_instants() {
    for (left, right) in [
        ("2011-05-13T04:42:34Z", "2011-05-13T04:42:34"),
        ("2011-05-13T04:42:34Z", "2011-05-13T04:42:34.000000000000Z"),
        ("2011-05-13T04:42:34Z", "2011-05-13T06:42:34+02:00"),
        ("2011-05-13T04:42:34Z", "2011-05-12T14:42:34-14:00"),
        ("2011-05-13T24:00:00Z", "2011-05-14T00:00:00Z"),
        ("2011-12-31T24:00:00.0", "2012-01-01T00:00:00Z"),
        ("2011-05-13T04:42:34.1234567891Z", "2011-05-13T04:42:34.1234567899Z"),
        ("12011-05-13T04:42:34+00:00", "12011-05-13T04:42:34-00:00"),
    ] {
        let (one, other) = (DateTime::parse(left).unwrap(), DateTime::parse(right).unwrap());
        assert_eq!(one, other, "{left} {right}");
        assert_eq!(one.as_str(), left);
    }
}

#[test]
fn rfc7643_2_3_5_order_is_of_instants() {
    let texts = [
        "-0044-03-15T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "2011-05-13T06:00:00+02:00",
        "2011-05-13T04:00:00.5Z",
        "10000-01-01T00:00:00Z",
    ];
    let times: Vec<DateTime> = texts.iter().map(|text| text.parse().unwrap()).collect();
    assert!(times.is_sorted_by(|left, right| left < right));
}

#[test]
fn xsd_3_3_7_other_texts_are_refused() {
    for text in [
        "",
        "2011-05-13",
        "T04:42:34Z",
        "2011-05-13 04:42:34Z",
        "2011-05-13t04:42:34Z",
        "2011-05-13T04:42:34z",
        "2011-05-13T04:42Z",
        "2011-05-13T4:42:34Z",
        "2011-5-13T04:42:34Z",
        "11-05-13T04:42:34Z",
        "2011-02-29T00:00:00Z",
        "2011-05-13T24:00:01Z",
        "2011-05-13T24:00:00.1Z",
        "2011-05-13T25:00:00Z",
        "2011-05-13T04:60:00Z",
        "2011-05-13T04:42:60Z",
        "2011-05-13T04:42:34.Z",
        "2011-05-13T04:42:34.5.5Z",
        "2011-05-13T04:42:34+2:00",
        "2011-05-13T04:42:34+0200",
        "2011-05-13T04:42:34+14:01",
        "2011-05-13T04:42:34+02:60",
        "2011-05-13T04:42:34ZZ",
        "2011-05-13T04:42:34Z ",
        " 2011-05-13T04:42:34Z",
        "+2011-05-13T04:42:34Z",
        "02011-05-13T04:42:34Z",
        "2011-05-13T04:42:34é",
        "99999999999-01-01T00:00:00Z",
        "999999-01-01T00:00:00Z",
        "２０11-05-13T04:42:34Z",
        "2011-05-13T+4:42:34",
    ] {
        assert!(DateTime::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn meta_has_milliseconds_and_z() {
    let instant = DateTime::parse("2011-05-13T04:42:34.98765+01:00").unwrap().instant();
    assert_eq!(format_instant(instant), "2011-05-13T03:42:34.987Z");
    assert_eq!(DateTime::from(instant).as_str(), "2011-05-13T03:42:34.987Z");
    assert_eq!(DateTime::from(instant).instant(), instant);
}

/// The instants that `chrono` knows, and one second in them that a leap second may follow.
fn instants() -> impl Strategy<Value = chrono::DateTime<Utc>> {
    let (first, last) = (chrono::DateTime::<Utc>::MIN_UTC, chrono::DateTime::<Utc>::MAX_UTC);
    let far = first.timestamp()..last.timestamp();
    let near = -62_200_000_000_i64..253_402_400_000;
    (prop_oneof![far, near, Just(1_483_228_799)], 0..2_000_000_000_u32).prop_map(|(seconds, nanos)| {
        let whole = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
        chrono::DateTime::from_timestamp(seconds, nanos).unwrap_or(whole)
    })
}

proptest! {
    #[test]
    fn instants_are_written_as_chrono_writes_them(instant in instants()) {
        prop_assert_eq!(format_instant(instant), instant.to_rfc3339_opts(SecondsFormat::Millis, true));
    }
}

#[test]
fn json_is_a_string() {
    let datetime: DateTime = serde_json::from_str("\"2011-05-13T04:42:34\"").unwrap();
    assert_eq!(serde_json::to_string(&datetime).unwrap(), "\"2011-05-13T04:42:34\"");
    assert!(serde_json::from_str::<DateTime>("\"now\"").is_err());
}
