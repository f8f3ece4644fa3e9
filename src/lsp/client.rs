//! What the client can do, and what its user has set in it.

use std::path::PathBuf;

use lsp_types::{ClientCapabilities, InitializeParams, MarkupKind, Uri};
use serde::Deserialize;
use serde_json::Value;

use super::positions::PositionEncoding;
use crate::cli::Cli;

/// What the client can do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Client {
    pub(super) encoding: PositionEncoding,
    /// Shows Markdown.
    pub(super) shows_markdown: bool,
    /// Looks whether an edit is of the version of a document that is there.
    pub(super) knows_versions: bool,
    /// Tells of files that change, where it is asked to.
    pub(super) watches_files: bool,
}

impl Client {
    pub(super) fn new(capabilities: &ClientCapabilities) -> Self {
        let hover = capabilities.text_document.as_ref().and_then(|document| document.hover.as_ref());
        let formats = hover.and_then(|hover| hover.content_format.as_ref());
        let workspace = capabilities.workspace.as_ref();
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let watching = workspace.and_then(|workspace| workspace.did_change_watched_files);
        Self {
            encoding: PositionEncoding::negotiated(capabilities.general.as_ref()),
            shows_markdown: formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            knows_versions: edit.and_then(|edit| edit.document_changes).unwrap_or(false),
            watches_files: watching.and_then(|watching| watching.dynamic_registration).unwrap_or(false),
        }
    }
}

/// The folders that are open in the client.
pub(super) fn folders(params: &InitializeParams) -> Vec<&Uri> {
    match &params.workspace_folders {
        Some(folders) if !folders.is_empty() => folders.iter().map(|folder| &folder.uri).collect(),
        // Older clients have one at most.
        #[expect(deprecated, reason = "they send nothing else")]
        _ => params.root_uri.iter().collect(),
    }
}

/// What the user has set in the client: flags of the command line.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Options {
    config: Option<PathBuf>,
    select: Vec<String>,
    ignore: Vec<String>,
    pedantic: Option<bool>,
}

impl Options {
    /// What `settings` says, below the key `initlint` or by itself.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(settings: &Value) -> Result<Self, serde_json::Error> {
        match settings.get("initlint").unwrap_or(settings) {
            Value::Null => Ok(Self::default()),
            own => Self::deserialize(own),
        }
    }

    /// `cli` with these flags over its own.
    pub(super) fn over(self, cli: &Cli) -> Cli {
        let listed =
            |own: Vec<String>, of_cli: &Vec<String>| if own.is_empty() { of_cli.clone() } else { own };
        Cli {
            config: self.config.filter(|path| !path.as_os_str().is_empty()).or_else(|| cli.config.clone()),
            select: listed(self.select, &cli.select),
            ignore: listed(self.ignore, &cli.ignore),
            pedantic: self.pedantic.unwrap_or(cli.pedantic),
            ..cli.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;
    use serde_json::json;

    #[test]
    fn options_go_over_flags() {
        let cli = Cli::parse_from(["initlint", "--select", "rerun", "--config", "a.yaml"]);
        let over = |settings: Value| Options::read(&settings).map(|options| options.over(&cli));
        let set = over(json!({ "initlint": { "select": ["api"], "config": "b.yaml", "pedantic": true } }));
        let set = set.unwrap();
        assert_eq!(
            (set.select, set.config, set.pedantic),
            (vec!["api".to_owned()], Some("b.yaml".into()), true)
        );
        let unset = over(json!({ "config": "", "other": 1 })).unwrap();
        assert_eq!((unset.select, unset.config), (vec!["rerun".to_owned()], Some("a.yaml".into())));
        assert!(over(Value::Null).is_ok());
        assert!(over(json!({ "select": 1 })).is_err());
    }
}
