//! Writing JSON text.

use std::fmt::Write;

use crate::value::{Complex, Value};

/// Appends a value as JSON without spaces.
pub(crate) fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(true) => out.push_str("true"),
        Value::Boolean(false) => out.push_str("false"),
        // Writing to a string never fails.
        Value::Number(number) => drop(write!(out, "{number}")),
        Value::String(text) => write_string(out, text),
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, element);
            }
            out.push(']');
        }
        Value::Complex(complex) => write_complex(out, complex),
        Value::Opaque(raw) => out.push_str(raw.get()),
    }
}

/// Appends the members as a JSON object.
pub(crate) fn write_complex(out: &mut String, complex: &Complex) {
    out.push('{');
    for (index, (name, value)) in complex.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(out, name.as_str());
        out.push(':');
        write_value(out, value);
    }
    out.push('}');
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some((at, byte)) =
        rest.bytes().enumerate().find(|(_, byte)| matches!(byte, b'"' | b'\\' | 0..=0x1f))
    {
        out.push_str(rest.get(..at).unwrap_or_default());
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            // Writing to a string never fails.
            _ => drop(write!(out, "\\u{byte:04x}")),
        }
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.push('"');
}
