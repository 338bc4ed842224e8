//! Counts what each parser allocates: `cargo bench --manifest-path benches/peers/Cargo.toml --bench allocations`.

use rollbook_peers::{PARSERS, readable};

fn main() {
    println!("{:<12} {:>20} {:>14} {:>12}", "parser", r#"userName eq "x""#, "the twelve", "bytes");
    for (name, parser) in PARSERS {
        let (texts, refused) = readable(parser);
        let one = allocation_counter::measure(|| assert!(parser(r#"userName eq "x""#)));
        let all = allocation_counter::measure(|| assert!(texts.iter().all(|text| parser(text))));
        let of =
            if refused.is_empty() { String::new() } else { format!("  (without {})", refused.join(", ")) };
        println!("{name:<12} {:>20} {:>14} {:>12}{of}", one.count_total, all.count_total, all.bytes_total);
    }
}
