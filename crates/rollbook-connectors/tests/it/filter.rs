//! Values of people in filters (RFC 7644 §3.4.2.2).

use proptest::prelude::*;
use rollbook_connectors::eq_filter;
use rollbook_filter::{CompValue, CompareOp, Filter, Test};

proptest! {
    /// Whatever the value is, the filter reads back as one comparison with exactly that value.
    #[test]
    fn no_value_escapes_from_its_quotes(value in "\\PC{0,40}|[\"\\\\ ()a-z]{0,40}|[\\x00-\\x1f]{0,5}") {
        let text = eq_filter("userName", &value);
        let Filter::Attr(test) = Filter::parse(&text).unwrap() else { panic!("{text}") };
        prop_assert_eq!(test.path.as_str(), "userName");
        let Test::Compare(CompareOp::Eq, CompValue::String(read)) = test.test else { panic!("{text}") };
        prop_assert_eq!(read.as_ref(), value.as_str());
    }
}
