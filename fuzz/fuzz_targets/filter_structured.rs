#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use rollbook_filter::Filter;
use rollbook_testing::oracle;

/// A filter, and the bytes it was made of: what replays on stable Rust.
#[derive(Debug)]
struct Input {
    #[expect(dead_code, reason = "shown when something does not hold")]
    filter: Filter<'static>,
    bytes: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Self::arbitrary_take_rest(Unstructured::new(input.bytes(input.len())?))
    }

    fn arbitrary_take_rest(input: Unstructured<'a>) -> Result<Self> {
        let bytes = input.take_rest().to_vec();
        Ok(Self { filter: oracle::filter_from(&bytes), bytes })
    }
}

libfuzzer_sys::fuzz_target!(|input: Input| oracle::filter_structured(&input.bytes));
