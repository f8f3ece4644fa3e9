//! One message after the other: what the client asks, tells and is told.

use std::collections::BTreeMap;
use std::env;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
    DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Exit, Initialized, LogMessage,
    Notification as NotificationKind, PublishDiagnostics,
};
use lsp_types::request::{
    CodeActionRequest, Completion, HoverRequest, Initialize, RegisterCapability, Request as _, Shutdown,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    CompletionItem, CompletionOptions, CompletionParams, Diagnostic, DidChangeConfigurationParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWatchedFilesRegistrationOptions,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, FileSystemWatcher, GlobPattern, Hover, HoverParams, HoverProviderCapability,
    InitializeParams, InitializeResult, LogMessageParams, MessageType, OneOf, PublishDiagnosticsParams,
    Registration, RegistrationParams, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    Uri, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::base_protocol::{self, Incoming};
use super::client::{self, Client, Options};
use super::documents::Documents;
use super::folder::{self, Stale};
use super::workspace::Workspace;
use super::{actions, completion, hover, uri};
use crate::cli::Cli;

/// What clients are asked to watch: kustomizations make `ConfigMap`s of files of any name.
const WATCHED: &str = "**/*";

/// How far a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Initialized,
    ShutDown,
}

/// A server, and what its client has told it.
pub(super) struct Server<'w> {
    /// The flags that it was started with.
    flags: Cli,
    /// These, and what is set in the client over them.
    cli: Cli,
    out: &'w mut (dyn Write + Send),
    phase: Phase,
    client: Client,
    documents: Documents,
    workspace: Workspace,
    /// Where it was started.
    start: PathBuf,
    /// Whether the client was told of all that came of what it told last.
    is_told: bool,
    /// What the client was told last of each document that is open or has diagnostics, and of which version.
    published: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)>,
}

/// The answer to a request.
type Answer = Result<Value, ResponseError>;

impl<'w> Server<'w> {
    pub(super) fn new(cli: Cli, out: &'w mut (dyn Write + Send)) -> Self {
        Self {
            flags: cli.clone(),
            cli,
            out,
            phase: Phase::New,
            client: Client::default(),
            documents: Documents::default(),
            workspace: Workspace::default(),
            start: env::current_dir().unwrap_or_default(),
            is_told: true,
            published: BTreeMap::new(),
        }
    }

    pub(super) fn is_shut_down(&self) -> bool {
        self.phase == Phase::ShutDown
    }

    /// Takes one message; breaks where it was the last.
    ///
    /// # Errors
    /// Whatever writing says.
    pub(super) fn take(&mut self, incoming: Incoming) -> io::Result<ControlFlow<()>> {
        match incoming {
            Incoming::Message(Message::Request(request)) => {
                let id = request.id.clone();
                let response_result = self.guarded(|server| server.answer(request)).flatten();
                self.send(&Message::Response(Response { id, response_result }))?;
            }
            Incoming::Message(Message::Notification(told)) if told.method == Exit::METHOD => {
                return Ok(ControlFlow::Break(()));
            }
            Incoming::Message(Message::Notification(told)) => {
                let method = told.method.clone();
                if let Err(error) = self.guarded(|server| server.hear(told)).flatten() {
                    self.log(MessageType::WARNING, &format!("{method}: {}", error.message))?;
                }
            }
            // The client's answers change nothing.
            Incoming::Message(Message::Response(_)) => {}
            Incoming::Malformed(code, message) => base_protocol::write_error(code, &message, self.out)?,
        }
        Ok(ControlFlow::Continue(()))
    }

    /// A defect of ours must not end the server.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Result<T, ResponseError> {
        catch_unwind(AssertUnwindSafe(|| work(self))).map_err(|_| {
            error(ErrorCode::InternalError, "a defect in initlint stopped this; please report it".to_owned())
        })
    }

    fn answer(&mut self, request: Request) -> Answer {
        let Request { method, params, .. } = request;
        match (self.phase, &*method) {
            (Phase::New, Initialize::METHOD) => return self.initialize(&read(params)?),
            (Phase::New, _) => {
                return Err(error(ErrorCode::ServerNotInitialized, "`initialize` comes first".to_owned()));
            }
            (Phase::ShutDown, _) => {
                return Err(error(ErrorCode::InvalidRequest, "only `exit` follows `shutdown`".to_owned()));
            }
            (Phase::Initialized, Shutdown::METHOD) => {
                self.phase = Phase::ShutDown;
                return Ok(Value::Null);
            }
            (Phase::Initialized, _) => {}
        }
        if method == Completion::METHOD {
            return write(self.completions(&read(params)?));
        }
        // What is answered is about the texts as they are now.
        self.refresh().map_err(|cause| error(ErrorCode::InternalError, cause.to_string()))?;
        match &*method {
            HoverRequest::METHOD => write(self.hover(&read(params)?)),
            CodeActionRequest::METHOD => write(self.actions(&read(params)?)),
            _ => Err(error(ErrorCode::MethodNotFound, format!("there is no method `{method}` here"))),
        }
    }

    fn initialize(&mut self, params: &InitializeParams) -> Answer {
        self.client = Client::new(&params.capabilities);
        for folder in client::folders(params) {
            self.workspace.add(folder);
        }
        // What is set wrongly is told when it is set once more, as every client does.
        let options = params.initialization_options.as_ref().map(Options::read);
        self.cli = options.and_then(Result::ok).unwrap_or_default().over(&self.flags);
        self.phase = Phase::Initialized;
        write(InitializeResult {
            capabilities: capabilities(self.client),
            server_info: Some(ServerInfo {
                name: "initlint".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    /// Takes over what the client tells. What can't be done changes nothing.
    fn hear(&mut self, told: Notification) -> Result<(), ResponseError> {
        if self.phase != Phase::Initialized {
            return Ok(());
        }
        let Notification { method, params } = told;
        self.is_told = false;
        match &*method {
            Initialized::METHOD => {
                let sent = self.watch_files();
                sent.map_err(|cause| error(ErrorCode::InternalError, cause.to_string()))
            }
            DidOpenTextDocument::METHOD
            | DidChangeTextDocument::METHOD
            | DidSaveTextDocument::METHOD
            | DidCloseTextDocument::METHOD => self.hear_of_document(&method, params),
            _ => self.hear_of_workspace(&method, params),
        }
    }

    fn hear_of_document(&mut self, method: &str, params: Value) -> Result<(), ResponseError> {
        match method {
            DidOpenTextDocument::METHOD => {
                let DidOpenTextDocumentParams { text_document } = read(params)?;
                let uri = text_document.uri.clone();
                self.documents.open(text_document);
                self.changed(&uri, Stale::Findings);
            }
            DidChangeTextDocument::METHOD => {
                let DidChangeTextDocumentParams { text_document: id, content_changes } = read(params)?;
                let changed = self.documents.change(&id, content_changes, self.client.encoding);
                changed.map_err(|why| error(ErrorCode::InvalidParams, why))?;
                self.changed(&id.uri, Stale::Open);
            }
            DidSaveTextDocument::METHOD => {
                let DidSaveTextDocumentParams { text_document, .. } = read(params)?;
                // A client that watches files tells of those that have changed.
                let stale = if self.client.watches_files { Stale::Findings } else { Stale::Files };
                self.changed(&text_document.uri, stale);
            }
            _ => {
                let DidCloseTextDocumentParams { text_document } = read(params)?;
                self.changed(&text_document.uri, Stale::Findings);
                self.documents.close(&text_document.uri);
                self.workspace.fit(&self.documents);
            }
        }
        Ok(())
    }

    fn hear_of_workspace(&mut self, method: &str, params: Value) -> Result<(), ResponseError> {
        match method {
            DidChangeWatchedFiles::METHOD => {
                let DidChangeWatchedFilesParams { changes } = read(params)?;
                let paths: Vec<PathBuf> = changes.iter().map(|change| uri::path(&change.uri)).collect();
                self.workspace.outdate_by(&paths);
            }
            DidChangeConfiguration::METHOD => {
                let DidChangeConfigurationParams { settings } = read(params)?;
                let options = Options::read(&settings);
                let options = options.map_err(|why| error(ErrorCode::InvalidParams, why.to_string()))?;
                self.cli = options.over(&self.flags);
                self.workspace.outdate(Stale::Files);
            }
            DidChangeWorkspaceFolders::METHOD => {
                let DidChangeWorkspaceFoldersParams { event } = read(params)?;
                event.removed.iter().for_each(|folder| self.workspace.remove(&folder.uri));
                event.added.iter().for_each(|folder| self.workspace.add(&folder.uri));
                self.workspace.fit(&self.documents);
                self.workspace.outdate(Stale::Files);
            }
            // Of what isn't known a client needn't hear (`$/…`).
            _ => {}
        }
        Ok(())
    }

    /// Takes note that the document `uri` is another one now, which makes at least `stale` what its folder knows. The config
    /// file's text is the configuration.
    fn changed(&mut self, uri: &Uri, stale: Stale) {
        self.workspace.fit(&self.documents);
        match self.documents.get(uri).map(|document| &document.path) {
            Some(path) if folder::is_config(path) => self.workspace.outdate(Stale::Files),
            Some(path) => self.workspace.outdate_at(path, stale),
            None => {}
        }
    }

    /// Lints what has changed since it was linted, and tells the client what was found.
    ///
    /// # Errors
    /// Whatever writing says.
    pub(super) fn refresh(&mut self) -> io::Result<()> {
        if self.is_told && !self.workspace.is_stale() || self.phase != Phase::Initialized {
            return Ok(());
        }
        let linted = self.guarded(|Self { workspace, cli, start, documents, .. }| {
            workspace.refresh(cli, start, documents)
        });
        match linted {
            Ok(notes) => notes.iter().try_for_each(|note| self.log(MessageType::INFO, note))?,
            Err(defect) => self.log(MessageType::ERROR, &defect.message)?,
        }
        self.is_told = true;
        self.publish()
    }

    /// Tells the client the diagnostics of all documents that are open or have some, and of those that had, where they or
    /// the document are other ones than it was told last.
    fn publish(&mut self) -> io::Result<()> {
        let mut found = self.workspace.diagnostics(&self.documents, self.client);
        let open = self.documents.iter().map(|document| document.uri.to_string());
        let known = std::mem::take(&mut self.published);
        for address in open.chain(known.keys().cloned()) {
            found.entry(address).or_default();
        }
        for (address, diagnostics) in found {
            let Ok(uri) = address.parse::<Uri>() else { continue };
            let version = self.documents.get(&uri).map(|document| document.version);
            let now = (version, diagnostics);
            if known.get(&address) != Some(&now) {
                let (version, diagnostics) = now.clone();
                self.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version })?;
            }
            if version.is_some() || !now.1.is_empty() {
                self.published.insert(address, now);
            }
        }
        Ok(())
    }

    /// Asks the client to tell of files that change.
    fn watch_files(&mut self) -> io::Result<()> {
        if !self.client.watches_files {
            return Ok(());
        }
        let options = DidChangeWatchedFilesRegistrationOptions {
            watchers: vec![FileSystemWatcher {
                glob_pattern: GlobPattern::String(WATCHED.to_owned()),
                kind: None,
            }],
        };
        let registration = Registration {
            id: "files".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: Some(json!(options)),
        };
        let params = json!(RegistrationParams { registrations: vec![registration] });
        let (id, method) = (RequestId::from("files".to_owned()), RegisterCapability::METHOD.to_owned());
        self.send(&Message::Request(Request { id, method, params }))
    }

    fn hover(&self, params: &HoverParams) -> Option<Hover> {
        let place = &params.text_document_position_params;
        let document = self.documents.get(&place.text_document.uri)?;
        hover::at(document, place.position, self.workspace.find(document), self.client)
    }

    fn actions(&self, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
        let CodeActionParams { text_document, range, context, .. } = params;
        let linted =
            self.documents.get(&text_document.uri).and_then(|document| self.workspace.find(document));
        linted
            .map_or_else(Vec::new, |place| actions::at(*range, context, place, &self.documents, self.client))
    }

    fn completions(&self, params: &CompletionParams) -> Vec<CompletionItem> {
        let place = &params.text_document_position;
        let document = self.documents.get(&place.text_document.uri);
        document.map_or_else(Vec::new, |document| completion::at(document, place.position, self.client))
    }

    fn log(&mut self, typ: MessageType, message: &str) -> io::Result<()> {
        self.notify::<LogMessage>(LogMessageParams { typ, message: message.to_owned() })
    }

    fn notify<N: NotificationKind>(&mut self, params: N::Params) -> io::Result<()> {
        let params = serde_json::to_value(params)?;
        self.send(&Message::Notification(Notification { method: N::METHOD.to_owned(), params }))
    }

    fn send(&mut self, message: &Message) -> io::Result<()> {
        base_protocol::write(message, self.out)
    }
}

fn capabilities(client: Client) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(completion::TRIGGERS.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

fn error(code: ErrorCode, message: String) -> ResponseError {
    ResponseError { code: code as i32, message, data: None }
}

/// The parameters of a message.
fn read<T: DeserializeOwned>(params: Value) -> Result<T, ResponseError> {
    serde_json::from_value(params).map_err(|why| error(ErrorCode::InvalidParams, why.to_string()))
}

/// What answers a request.
fn write(result: impl Serialize) -> Answer {
    serde_json::to_value(result).map_err(|why| error(ErrorCode::InternalError, why.to_string()))
}
