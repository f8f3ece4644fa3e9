//! The base protocol: messages with a header on a stream of bytes (LSP 3.17, "Base Protocol").
//!
//! `lsp_server::Connection` gives up at the first message that isn't well formed, and reserves what memory a header asks
//! for. Here such a message is told of and the next one read.

use std::io::{self, BufRead, Read, Write};

use lsp_server::{ErrorCode, Message};
use serde_json::json;

/// The longest message (bytes): a file of the largest size that is read, and what its escapes add.
const MAX_MESSAGE: u64 = 128 << 20;

/// The longest line of a header (bytes).
const MAX_LINE: u64 = 4096;

/// What came in.
#[derive(Debug)]
pub(super) enum Incoming {
    Message(Message),
    /// What is no message, and why.
    Malformed(ErrorCode, String),
}

/// Reads the next message; `None` where the stream ends.
///
/// # Errors
/// Whatever reading says.
pub(super) fn read(from: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let Some(length) = read_header(from)? else { return Ok(None) };
    if length > MAX_MESSAGE {
        io::copy(&mut from.take(length), &mut io::sink())?;
        let message = format!("a message of {length} bytes is too long, {MAX_MESSAGE} are the most");
        return Ok(Some(Incoming::Malformed(ErrorCode::InvalidRequest, message)));
    }
    let mut body = Vec::new();
    from.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Ok(None);
    }
    Ok(Some(match serde_json::from_slice(&body) {
        Ok(message) => Incoming::Message(message),
        Err(error) if error.is_data() => Incoming::Malformed(ErrorCode::InvalidRequest, error.to_string()),
        Err(error) => Incoming::Malformed(ErrorCode::ParseError, error.to_string()),
    }))
}

/// Reads up to the end of a header that tells the length of a message (bytes). Whatever else stands before it, such as the
/// rest of a message that was longer than its header said, is passed over.
fn read_header(from: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        from.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        match (text.trim(), length) {
            ("", Some(length)) => return Ok(Some(length)),
            (line, _) => length = content_length(line).or(length),
        }
    }
}

/// The length that a line of a header tells. It may stand right behind the rest of a message.
fn content_length(line: &str) -> Option<u64> {
    const NAME: &str = "content-length";
    let at = line.to_ascii_lowercase().rfind(NAME)?;
    let value = line.get(at + NAME.len()..)?.trim_start().strip_prefix(':')?;
    value.trim().parse().ok()
}

/// Writes `message`.
///
/// # Errors
/// Whatever writing says.
pub(super) fn write(message: &Message, to: &mut dyn Write) -> io::Result<()> {
    let mut to = to;
    message.write(&mut to)
}

/// Answers what is no message: nobody knows which request it was meant to be (JSON-RPC 2.0, 5).
///
/// # Errors
/// Whatever writing says.
pub(super) fn write_error(code: ErrorCode, message: &str, to: &mut dyn Write) -> io::Result<()> {
    let error = json!({ "code": code as i32, "message": message });
    let text = json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string();
    write!(to, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of `text`, in short: a method, or the code of an error.
    fn read_all(text: &str) -> Vec<String> {
        let mut from = io::Cursor::new(text);
        let next = || match read(&mut from).unwrap()? {
            Incoming::Message(Message::Request(request)) => Some(request.method),
            Incoming::Message(Message::Notification(notification)) => Some(notification.method),
            Incoming::Message(Message::Response(_)) => Some("response".to_owned()),
            Incoming::Malformed(code, _) => Some((code as i32).to_string()),
        };
        std::iter::from_fn(next).collect()
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn messages_follow_each_other_and_what_is_none_is_passed_over() {
        let exit = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        let type_ = "content-length : 33\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n";
        for (text, expected) in [
            (exit.repeat(2), vec!["exit", "exit"]),
            (format!("{type_}{{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}}{exit}"), vec!["exit", "exit"]),
            (format!("{}{exit}", framed("{")), vec!["-32700", "exit"]),
            (format!("{}{exit}", framed("\u{fffd}")), vec!["-32700", "exit"]),
            (format!("{}{exit}", framed(&"[".repeat(10_000))), vec!["-32700", "exit"]),
            (format!("{}{exit}", framed("{\"id\": 1.5}")), vec!["-32600", "exit"]),
            (format!("no header\n\n{exit}"), vec!["exit"]),
            (format!("}}}}{exit}"), vec!["exit"]),
            (format!("Content-Length: -1\r\n\r\n{exit}"), vec!["exit"]),
            (format!("Content-Length: 99999999999999\r\n\r\n{exit}"), vec!["-32600"]),
            ("Content-Length: 100\r\n\r\n{".to_owned(), vec![]),
            ("x".repeat(100_000), vec![]),
        ] {
            assert_eq!(read_all(&text), expected, "{text:.100}");
        }
    }

    #[test]
    fn what_is_no_message_is_answered_without_a_number() {
        let mut out = Vec::new();
        write_error(ErrorCode::ParseError, "no JSON", &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with(r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON"}}"#));
    }
}
