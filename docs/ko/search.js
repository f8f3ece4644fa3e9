// Lets the site's search find Korean. mdBook's index has words of ASCII alone, but also the pages' text: those with
// Hangul are indexed once more when the index is loaded, with a trimmer that leaves every letter.
{
  const load = elasticlunr.Index.load;
  elasticlunr.Index.load = function (config) {
    elasticlunr.trimmer = (token) => token.replace(/^[^\p{L}\p{N}_]+|[^\p{L}\p{N}_]+$/gu, "");
    elasticlunr.trimmer.label = "trimmer";
    elasticlunr.Pipeline.registeredFunctions.trimmer = elasticlunr.trimmer;
    const index = load.call(this, config);
    for (const page of Object.values(config.documentStore.docs)) {
      if (/\p{Script=Hangul}/u.test(page.title + page.body)) {
        index.addDoc(page, false);
      }
    }
    return index;
  };
}
