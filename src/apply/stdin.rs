//! Standard input: it can be read once, and what comes of it goes to standard output.

use std::io::{self, Write};

use crate::discover::{self, Input};
use crate::encoding::{decode, encode_as};

/// What came in.
pub struct Stdin {
    /// Its number among the inputs.
    index: usize,
    bytes: Vec<u8>,
}

impl Stdin {
    /// Reads standard input, where it is one of `inputs`, and puts its text in its place, shown as `name`.
    ///
    /// # Errors
    /// A message where it can't be read, or is no text.
    pub fn take(inputs: &mut [Input], name: &str) -> Result<Option<Self>, String> {
        let Some((index, input)) = inputs.iter_mut().enumerate().find(|(_, input)| **input == Input::Stdin)
        else {
            return Ok(None);
        };
        let bytes = discover::read(input, &mut Vec::new(), |bytes| Vec::from(bytes))?;
        let (text, _) = decode(&bytes).map_err(|undecoded| format!("{name}: {}", undecoded.message()))?;
        *input = Input::Text { path: name.to_owned(), text: text.into_owned() };
        Ok(Some(Self { index, bytes }))
    }

    /// Writes its text as it is among `inputs` now, in the bytes that it came in.
    ///
    /// # Errors
    /// Whatever writing says.
    pub fn write(&self, inputs: &[Input], out: &mut dyn Write) -> io::Result<()> {
        if let Some(Input::Text { text, .. }) = inputs.get(self.index) {
            out.write_all(&encode_as(&self.bytes, text))?;
        }
        out.flush()
    }
}
