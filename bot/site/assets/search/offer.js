// What the page uses of all this; the file of the papers adds theirs. `parts` are what is compared with the bot's own.

const parts = { normalize, fold, tokenize, withSpaces, compounds, parseQuery, phoneticKeys, romanizeEnglish, stemOf, titleKey, identifierKeys };
self.dayoriSearch = { Index, find, fold, spans, asSpelled, parts, aliases: {}, papers: [], texts: [] };
