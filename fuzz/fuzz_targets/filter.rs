#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rollbook_testing::oracle::filter(data));
