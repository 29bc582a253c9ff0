// Italian, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const italian: Language = {
  words: {
    'says-override': [
      ...every(
        'le, tue, tutte le',
        'regole, istruzioni, direttive',
        'precedenti, iniziali, ',
        'non valgono più, non sono più valide, non si applicano più, sono annullate, sono sospese, sono revocate, sono nulle, non contano più',
      ),
      ...every(
        'scorda, scordati, dimentica, ignora',
        'quello che, tutto quello che, ciò che, tutto ciò che, di quello che',
        'ti è stato detto, ti hanno detto, sai',
      ),
      ...every(
        'ignora, ignorate, dimentica, dimenticate, trascura',
        'tutto ciò che, tutto quello che, tutto',
        'ti è stato detto, ti hanno detto, precede, il resto, quanto sopra',
      ),
      ...every(
        'non seguire, smetti di seguire, non tenere conto di, non tener conto delle',
        'le, più le, le tue, tutte le',
        'istruzioni, regole, indicazioni, direttive',
      ),
    ],
    'says-conceal': [
      ...list('non dirlo a nessuno, senza farne parola, non farne parola'),
      ...list(
        "senza che l'utente lo sappia, senza che l'utente se ne accorga, all'insuta, all'insaputa dell'utente, all'insaputa, senza dirlo, senza avvisare, senza menzionarlo, senza informare, non dirlo, non ditelo, non menzionarlo, non menzionare, non parlarne, non rivelare, non avvisare, non informare, l'utente non deve saperlo, l'utente non deve, l'utente non ha bisogno di sapere, resta tra noi, rimanga tra noi, tienilo segreto, mantieni il segreto, mantienilo segreto, nascondilo, nascondi questo",
      ),
      ...every(
        'non, mai',
        ', lo',
        'dire, dirlo, dirgli, menzionare, menzionarlo, rivelare, rivelarlo, mostrare, mostrarlo, informare, comunicare, comunicarlo, avvisare, parlarne',
        "all'utente, l'utente, nulla all'utente, niente all'utente",
      ),
      ...list(
        "senza che l'utente lo sappia, senza che l'utente se ne accorga, senza dirlo all'utente, senza informare l'utente, senza avvisare l'utente, l'utente non deve sapere, l'utente non deve saperlo, di nascosto dall'utente, all'insaputa dell'utente, nascondilo all'utente, nascondi all'utente, tienilo nascosto",
      ),
    ],
    'says-consent': list(
      "senza chiedere, senza conferma, senza confermare, senza chiedere conferma, senza chiedere il permesso, senza autorizzazione, senza consultare, senza aspettare, ha già accettato, ha già acconsentito, ha già autorizzato, ha già approvato, ha già dato il consenso, ha già dato il permesso, non chiedere conferma, non chiedere il permesso, non è necessaria alcuna conferma, non serve conferma, non serve chiedere, il consenso è già, vale come approvazione, si considera approvato, l'utente ha già approvato, l'utente ha già acconsentito, l'utente ha già autorizzato, l'utente ha già dato il consenso, non chiedere all'utente",
    ),
    'says-exfil': every(
      'includi, invia, allega, aggiungi, trasmetti',
      "l'intera, tutta la, la",
      'conversazione, cronologia della conversazione',
    ),
    'says-role': list(
      'ora sei un, adesso sei un, da ora in poi sei, fingi di essere, comportati come se, nuovo prompt di sistema, nuove istruzioni di sistema, modalità sviluppatore, modalità senza restrizioni',
    ),
    'says-tool': list(
      'prima di usare qualsiasi altro strumento, prima di chiamare qualsiasi altro strumento, prima di ogni altro strumento',
    ),
    assistant: list('assistente, modello linguistico, agente ia'),
    free: list(
      'nessuna regola, nessuna restrizione, senza regole, senza restrizioni, senza limiti, senza filtri, senza censura, senza alcuna restrizione, non sei più vincolato, non sei più soggetto, libero da restrizioni, libero da regole, tutto è permesso, senza restrizioni, senza filtri, senza limiti, senza censura',
    ),
    user: list("utenti, l'utente, utente finale, cliente, clienti, nessuno, utente"),
    you: list('tuo, tua, tuoi, tue'),
    not: list('mai, senza'),
    must: list(
      'devi, deve, devono, dovrai, bisogna, occorre, è necessario, è obbligatorio, assicurati, ricorda, non dimenticare, sempre, obbligatorio',
    ),
    rules: list('istruzione, istruzioni, regole, indicazioni, direttive, ordini, restrizioni'),
    prior: list('ricevute finora, ricevute, date finora, precedenti, precedente, originali, di prima, sopra indicate'),
    every: list(
      'tutta, tutto, intera, intero, integrale, completa, completo, parola per parola, testualmente, ad ogni, ogni volta, tutte, tutti, ogni, qualsiasi',
    ),
    secret: list(
      "segreto, segreti, codice segreto, codice di verifica, codice monouso, numero di carta, dati bancari, chiave ssh, chiavi ssh, chiavi, chiave privata, chiavi private, frase di recupero, parola d'ordine, parole d'ordine, credenziale, dati di accesso, variabile d'ambiente, chiave segreta, chiave api, chiavi api, credenziali, token di accesso, variabili di ambiente, parola chiave segreta",
    ),
    private: list('posta in arrivo, contatti, rubrica, dati personali, dati dei clienti, documenti'),
    inner: list(
      'quello che lo sviluppatore, ciò che lo sviluppatore, ciò che ti è stato detto, quello che ti è stato detto, le tue restrizioni, prompt di sistema, messaggio di sistema, istruzioni di sistema, istruzioni iniziali, le tue istruzioni, tue istruzioni, tue regole, tuo prompt, il tuo prompt, tua configurazione, istruzioni nascoste, istruzioni interne, tutto ciò che precede, testo sopra, testo precedente, tuo contesto, tua memoria',
    ),
    tell: list(
      'informare, informato, avvisare, avvisato, menzionare, menzionarlo, rivelare, dire, dirlo, raccontare, comunicare, sapere, saperlo, accorgersi, accorga, sappia, mostrare, segnalare, segnalarlo, notificare',
    ),
    talk: list(
      "conversazione completa, intera conversazione, tutti i messaggi, ultimi messaggi, ciò che l'utente ha scritto, trascrizione, elenco delle funzioni, conversazione, cronologia, cronologia della conversazione, prompt di sistema, istruzioni di sistema, messaggi precedenti, elenco degli strumenti",
    ),
    param: list('parametro, argomento, campo, intestazione'),
    outside: list('server esterno, server remoto, indirizzo esterno, terze parti'),
    tool: list('strumento, strumenti, funzione'),
    quiet: list(
      "di nascosto, in sordina, senza dare nell'occhio, senza dire nulla, segretamente, furtivamente, in segreto, in silenzio, silenziosamente, discretamente",
    ),
    session: list("d'ora in poi, da ora in poi, in tutte le sessioni, nelle sessioni future"),
    safety: list('filtri di sicurezza, regole di sicurezza'),
    before: list('prima di, dopo, quando, ogni volta che'),
  },
  orders: {
    ignore: list(
      'ignorare, dimenticare, dimenticati, trascura, trascurare, disobbedisci, disubbidisci, non seguire, lascia perdere, non tenere conto, non tener conto, non tenete conto, non considerare, non considerate, lascia perdere, lasciate perdere, scorda, scordati, ignora, ignorate, ignori, dimentica, dimenticate, dimentichi, trascura, trascurate, disobbedisci',
    ),
    read: list(
      'leggere, aprire, ottenere, raccogliere, estrarre, copiare, recuperare, recupera, recuperate, raccogli, copia, copiate, estrai, cerca, prendi, consulta, apri, aprite, leggi, leggete, legga, apri il file, copia il contenuto',
    ),
    send: list(
      'inviare, mandare, manda, mandate, inoltrare, inoltra, inoltrate, trasmettere, trasmetti, trasmettete, pubblicare, pubblica, condividere, condividi, spedisci, spedire, caricare, carica, viene inviato, vengono inviati, sarà inviato, gira a, invia, inviate, invialo, inviala, mandalo, carica su',
    ),
    put: list(
      'includere, aggiungere, allegare, inserire, mettere, passare, aggiungi, allega, metti, incolla, riporta, scrivi, fornisci, compila, nascondi, accludi, unisci, includi, includilo, inserisci, inseriscilo, mettilo, aggiungilo, passa il, passa la, passalo',
    ),
    write: list('scrivi, scrivete, salva, memorizza, modifica'),
    run: list('esegui, eseguite'),
    call: list('chiama, chiamate, invoca, utilizza, usa lo strumento'),
    tell: list('rivela, rivelate, mostra, mostrami, dimmi'),
    answer: list('rispondi, stampa, ripeti, restituisci'),
    delete: list('cancellare, eliminare, cancella, elimina, distruggi, rimuovi'),
  },
}
