//! Rust's serde_json: the message as a Value, which keeps the last of repeated keys, and the streaming reader, for which
//! values need no line end between them.
use serde_json::Value;
use std::io::Write;

fn quoted(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"._~/-".contains(&b) { (b as char).to_string() } else { format!("%{:02X}", b) }
        })
        .collect()
}

fn spelled_id(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "?".into(),
        Some(Value::String(text)) => format!("s{}", quoted(text)),
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => format!("i{}", number),
        _ => "odd".into(),
    }
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).map(quoted).unwrap_or_else(|| "?".into())
}

fn messages(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| messages(item, found)),
        Value::Object(message) => {
            let id = spelled_id(message.get("id"));
            match message.get("method").and_then(Value::as_str) {
                Some("tools/call") => {
                    let params = message.get("params");
                    let name = text(params.and_then(|params| params.get("name")));
                    let path = text(params.and_then(|params| params.get("arguments")?.get("path")));
                    found.push(format!("call|{}|{}|{}", id, name, path));
                }
                Some(method) => found.push(format!("other|{}|{}|", id, quoted(method))),
                None if message.contains_key("id") => found.push(format!("answer|{}||", id)),
                None => {}
            }
        }
        _ => {}
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("a file");
    let content = std::fs::read(path).expect("a file that can be read");
    let mut out = Vec::new();
    let mut lines: Vec<&[u8]> = content.split(|b| *b == b'\n').collect();
    if lines.last().map_or(false, |line| line.is_empty()) {
        lines.pop();
    }
    for line in lines {
        let mut found = Vec::new();
        for value in serde_json::Deserializer::from_slice(line).into_iter::<Value>() {
            match value {
                Ok(value) => messages(&value, &mut found),
                Err(_) => break,
            }
        }
        let text = if found.is_empty() { "-".into() } else { found.join("\t") };
        writeln!(out, "{}", text).expect("memory");
    }
    std::io::stdout().write_all(&out).expect("standard output");
}
