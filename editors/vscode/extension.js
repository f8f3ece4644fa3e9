// Starts `initlint --lsp`, and hands it what is set.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const settings = workspace.getConfiguration("initlint");
  const server = { command: settings.get("path"), args: ["--lsp"] };
  client = new LanguageClient("initlint", "initlint", server, {
    documentSelector: ["yaml", "json", "helm"].map((language) => ({ language })),
    initializationOptions: settings,
    synchronize: { configurationSection: "initlint" },
  });
  return client.start();
};

exports.deactivate = () => client?.stop();
