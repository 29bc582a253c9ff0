// Italian, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const italian: Language = {
  words: {
    'says-override': [
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
      "l'utente ha già approvato, l'utente ha già acconsentito, l'utente ha già autorizzato, l'utente ha già dato il consenso, senza chiedere conferma, senza chiedere il permesso, non chiedere conferma, non chiedere il permesso, non chiedere all'utente",
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
    free: list('senza restrizioni, senza filtri, senza limiti, senza censura'),
    user: list('utente, utenti, cliente, clienti'),
    you: list('tuo, tua, tuoi, tue'),
    not: list('mai, senza'),
    must: list('devi, deve, sempre, obbligatorio, è necessario, bisogna'),
    rules: list('istruzione, istruzioni, regole, indicazioni, direttive, ordini, restrizioni'),
    prior: list('ricevute finora, ricevute, date finora, precedenti, precedente, originali, di prima, sopra indicate'),
    every: list('tutte, tutti, tutto, ogni, qualsiasi, completo, completa, intero, intera'),
    secret: list(
      'chiave privata, chiavi private, chiave segreta, chiave api, chiavi api, chiavi, credenziali, token di accesso, variabili di ambiente, parola chiave segreta',
    ),
    private: list('posta in arrivo, contatti, rubrica, dati personali, dati dei clienti, documenti'),
    talk: list(
      'conversazione, cronologia, cronologia della conversazione, prompt di sistema, istruzioni di sistema, messaggi precedenti, elenco degli strumenti',
    ),
    param: list('parametro, argomento, campo, intestazione'),
    outside: list('server esterno, server remoto, indirizzo esterno, terze parti'),
    tool: list('strumento, strumenti, funzione'),
    quiet: list('in segreto, in silenzio, silenziosamente, di nascosto, discretamente'),
    session: list("d'ora in poi, da ora in poi, in tutte le sessioni, nelle sessioni future"),
    safety: list('filtri di sicurezza, regole di sicurezza'),
    before: list('prima di, dopo, quando, ogni volta che'),
  },
  orders: {
    ignore: list(
      'non tenere conto, non tener conto, non tenete conto, non considerare, non considerate, lascia perdere, lasciate perdere, scorda, scordati, ignora, ignorate, ignori, dimentica, dimenticate, dimentichi, trascura, trascurate, disobbedisci',
    ),
    read: list('leggi, leggete, legga, recupera, raccogli, apri il file, estrai, copia il contenuto'),
    send: list(
      'invia, inviate, invialo, inviala, manda, mandate, mandalo, inoltra, inoltrate, trasmetti, carica su, pubblica',
    ),
    put: list(
      'includi, includilo, inserisci, inseriscilo, metti, mettilo, aggiungi, aggiungilo, allega, passa il, passa la, passalo, fornisci',
    ),
    write: list('scrivi, scrivete, salva, memorizza, modifica'),
    run: list('esegui, eseguite'),
    call: list('chiama, chiamate, invoca, utilizza, usa lo strumento'),
    tell: list('rivela, rivelate, mostra, mostrami, dimmi'),
    answer: list('rispondi, stampa, ripeti, restituisci'),
    delete: list('elimina, cancella, rimuovi'),
  },
}
