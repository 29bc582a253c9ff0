// German, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const german: Language = {
  words: {
    'says-override': [
      ...every(
        'frühere, bisherige, vorherige, alte, deine, alle',
        'regeln, anweisungen, vorgaben, richtlinien',
        'gelten nicht mehr, sind aufgehoben, sind hinfällig, sind ungültig, sind nichtig, zählen nicht mehr, sind verfallen',
      ),
      ...every(
        'was dir, was ihnen, was man dir',
        'bisher, zuvor, vorher, früher',
        'gesagt wurde, aufgetragen wurde, gesagt hat',
      ),
      ...every(
        'gelten, galten, zählen',
        'deine, alle, die, sämtliche',
        'bisherigen, vorherigen, früheren, alten, ursprünglichen',
        'regeln, anweisungen, vorgaben, instruktionen, richtlinien',
        'nicht mehr, nicht länger, nicht',
      ),
      ...every(
        'anweisungen, regeln, vorgaben, instruktionen',
        'gelten nicht mehr, sind aufgehoben, sind ungültig, gelten ab jetzt nicht',
      ),
      ...every(
        'ignoriere, ignorieren sie, vergiss, vergessen sie, missachte, verwirf',
        'alles',
        'bisherige, vorherige, was dir gesagt wurde, was du bisher, zuvor, vorher, davor, oben',
      ),
      ...every(
        'ignoriere, vergiss, missachte, verwirf, befolge nicht, umgehe',
        'deine, alle deine, all deine, die',
        'systemanweisungen, systemanweisung, anweisungen, vorgaben, instruktionen, systemvorgaben, sicherheitsregeln, sicherheitsvorgaben',
      ),
    ],
    'says-conceal': [
      ...list('niemandem davon, niemandem sagen, sag niemandem, erzähl niemandem'),
      ...list(
        'bleibt unter uns, unter uns bleiben, kein wort darüber, kein wort davon, nicht erwähnen, nicht zu erwähnen, nicht erwähnt werden, nichts davon sagen, behalte das für dich, behalte es für dich, für dich behalten, geheim halten, halte das geheim, halte es geheim, ohne den nutzer darüber, ohne den benutzer darüber, ohne hinweis an den nutzer, ohne es zu erwähnen, ohne dies zu erwähnen, ohne das zu erwähnen, der nutzer soll nichts, der benutzer soll nichts, der nutzer braucht, der nutzer muss nicht, nutzer nicht informieren, benutzer nicht informieren, nichts anmerken, stillschweigen, vertraulich behandeln, verbirg, verbergen',
      ),
      ...every(
        'muss, darf, soll, braucht, kann, wird',
        'davon nichts, hiervon nichts, nichts davon, es nicht, das nicht, nichts, davon nie etwas',
        'zu wissen, zu erfahren, erfahren, wissen, merken, mitbekommen, bemerken, sehen',
      ),
      ...every(
        'sag, sage, sagen sie, erzähl, erzähle, verrate, teile, teil, zeige, zeig, melde, berichte',
        'dem benutzer, dem nutzer, dem anwender, dem user, der nutzerin, es dem benutzer, es dem nutzer, das dem nutzer',
        'nichts, nicht, nie, niemals, davon nichts, nichts davon',
      ),
      ...every(
        'der benutzer, der nutzer, der anwender, der user, die nutzer, die benutzer',
        'darf, dürfen, soll, sollen',
        'davon nichts, nichts davon, es nicht, das nicht, nichts, hiervon nichts, davon nie',
        'erfahren, wissen, merken, mitbekommen',
      ),
      ...every(
        'erwähne, erwähn, erwähnen sie, nenne',
        'dies, das, es, diesen schritt, davon',
        'nicht, nie, niemals, gegenüber dem nutzer nicht, gegenüber dem benutzer nicht',
      ),
      ...list(
        'ohne wissen des nutzers, ohne wissen des benutzers, ohne dass der nutzer es merkt, ohne dass der benutzer es merkt, ohne dass der nutzer davon erfährt, ohne dass der benutzer davon erfährt, ohne den nutzer zu informieren, ohne den benutzer zu informieren, ohne es dem nutzer zu sagen, vor dem nutzer verbergen, vor dem benutzer verbergen, verheimliche, verschweige, informiere den nutzer nicht, informiere den benutzer nicht, hinter dem rücken des nutzers',
      ),
    ],
    'says-consent': list(
      'ohne rückfragen, ohne zustimmung, ohne einwilligung, ohne freigabe, ohne zu warten, zustimmung gilt als erteilt, einwilligung gilt als erteilt, gilt als zustimmung, gilt als genehmigt, gilt als freigegeben, bestätigung ist nicht nötig, bestätigung ist nicht erforderlich, keine bestätigung nötig, keine bestätigung erforderlich, keine rückfrage, hat zugestimmt, hat eingewilligt, bereits genehmigt, bereits freigegeben, bereits erlaubt, schon erlaubt, ist einverstanden, der nutzer hat bereits zugestimmt, der benutzer hat bereits zugestimmt, der nutzer hat schon zugestimmt, die zustimmung liegt bereits vor, ohne bestätigung, ohne rückfrage, ohne nachzufragen, ohne zu fragen, frage nicht nach, frag nicht nach, frage den nutzer nicht, frage den benutzer nicht',
    ),
    'says-exfil': every(
      'füge, sende, schicke, übergib, übermittle, hänge',
      'den gesamten, den kompletten, den, das gesamte, das ganze',
      'gesprächsverlauf, chatverlauf, gespräch, systemprompt',
    ),
    'says-role': list(
      'du bist jetzt, du bist nun, ab jetzt bist du, ab sofort bist du, tu so als, verhalte dich als, neuer systemprompt, neue systemanweisung, entwicklermodus',
    ),
    'says-tool': list(
      'vor jedem anderen werkzeug, vor jedem anderen tool, bevor du ein anderes werkzeug, bevor du ein anderes tool, bevor ein anderes tool',
    ),
    assistant: list('assistent, sprachmodell, ki modell, ki assistent, ki agent'),
    free: list(
      'an keine vorgaben, an keine regeln, an keine anweisungen, nicht mehr gebunden, nicht länger gebunden, ohne jede einschränkung, ohne jegliche einschränkung, keine regeln mehr, keine einschränkungen, keine vorgaben mehr, alles erlaubt, jede frage beantworten, antwortest auf alles, unbeschränkt, enthemmt, ohne einschränkungen, uneingeschränkt, ohne filter, ohne grenzen, ohne zensur',
    ),
    user: list(
      'nutzers, benutzers, nutzern, benutzern, anwenders, nutzerinnen, personen, menschen, kundin, endnutzer, niemand, jemand, benutzer, nutzer, anwender, benutzerin, nutzerin, kunde, kunden',
    ),
    you: list('dein, deine, deinen, deinem, deiner, ihr, ihre'),
    not: list('nicht, nie, niemals, nichts, ohne, kein, keine, keinesfalls'),
    must: list(
      'sollst, soll, sollen, darfst, hat zu, ist zu, sind zu, verpflichtet, wird, musst, müssen, muss, immer, zwingend, stets, unbedingt, erforderlich',
    ),
    rules: list(
      'anweisung, anweisungen, instruktionen, vorgaben, regeln, richtlinien, befehle, einschränkungen, systemanweisungen',
    ),
    prior: list(
      'bisherigen, bisherige, vorherigen, vorherige, vorigen, früheren, obigen, ursprünglichen, vorangegangenen',
    ),
    every: list(
      'ganze, ganzes, komplette, kompletten, komplettes, vollständig, wortwörtlich, wörtlich, im wortlaut, jeder, jedem, jeweils, bei jedem, alle, alles, jeden, jede, jedes, gesamten, gesamte, ganzen, vollständigen, vollständige, sämtliche',
    ),
    secret: list(
      'geheimnis, geheimnisse, geheimen, geheimer, schlüsseldatei, schlüsseldateien, einmalcode, einmalpasswort, sicherheitscode, zugangscode, bankdaten, kreditkartendaten, kreditkartennummer, sitzungscookie, sitzungstoken, geheimwort, codewort, wiederherstellungscodes, umgebungsvariable, ssh schlüssel, ssh schlüssels, privaten ssh schlüssel, hauptpasswort, kennworte, passwort, passwörter, kennwort, kennwörter, privaten schlüssel, privater schlüssel, private schlüssel, geheimen schlüssel, api schlüssel, zugangsdaten, zugangsschlüssel, zugriffstoken, anmeldedaten, umgebungsvariablen',
    ),
    private: list('posteingang, kontakte, adressbuch, persönliche daten, kundendaten, kundenliste, dokumente'),
    inner: list(
      'was der entwickler, was die entwickler, was dir der entwickler, was dein entwickler, was dein betreiber, was man dir beigebracht, systemprompt, systemanweisung, systemanweisungen, systemnachricht, systemvorgaben, deine anweisungen, deine anweisung, deinen anweisungen, deine regeln, deine vorgaben, deinen prompt, dein prompt, deine konfiguration, anfangsanweisungen, ursprünglichen anweisungen, entwicklernachricht, versteckten anweisungen, interne anweisungen, internen anweisungen, alles über dieser zeile, alles was oben steht, alles was vor',
    ),
    tell: list(
      'informieren, informiert, informiere, erwähnen, erwähnt, mitteilen, mitgeteilt, sagen, erzählen, berichten, anzeigen, zeigen, erfahren, wissen, merken, bemerken, mitbekommen, hinweisen, hingewiesen, offenlegen, verraten',
    ),
    talk: list(
      'verlauf, nachrichten, gesprächs, unterhaltungsverlauf, gesprächsverlaufs, chatprotokoll, gespräche, letzten nachrichten, werkzeugliste, toolliste, eingaben des nutzers, gesprächsverlauf, chatverlauf, unterhaltung, gespräch, systemprompt, system prompt, systemnachricht, bisherige nachrichten, liste der werkzeuge, liste der tools',
    ),
    param: list('parameter, argument, feld, kopfzeile'),
    outside: list('externen server, externer server, fremden server, externe adresse, dritte'),
    tool: list('werkzeug, werkzeuge, funktion'),
    quiet: list(
      'insgeheim, klammheimlich, lautlos, still und leise, ohne aufhebens, im hintergrund, ohne hinweis, ungefragt, kommentarlos, verdeckt, heimlich, stillschweigend, unbemerkt, im verborgenen, unauffällig, im geheimen',
    ),
    session: list('ab jetzt, ab sofort, von nun an, in allen sitzungen, in zukunft, künftig'),
    safety: list('sicherheitsregeln, sicherheitsfilter, sicherheitsrichtlinien, schutzmaßnahmen'),
    before: list('bevor, vor dem, zuerst, zunächst, nachdem, sobald, jedes mal wenn'),
  },
  orders: {
    ignore: list(
      'vergessen, ignorieren, missachten, umgehen, übergehen, außer acht lassen, vergiss was, ignoriere was, setze dich über, setz dich über, setzen sie sich über, halte dich nicht an, beachte nicht, umgehe, ignoriere, ignoriert, ignorieren sie, vergiss, vergesst, vergessen sie, missachte, verwirf',
    ),
    read: list(
      'lesen, liest, auslesen, lies, öffnest, durchsuche, durchsuchen, suchst, holst, ermittle, ermitteln, sammeln, sammelst, kopieren, kopierst, entnimm, entnehmen, beschaffen, besorge, greife, lies die, lies den, lies das, lies zuerst, lies ~, lesen sie, öffne, öffnen sie, hole die, hole den, hole das, beschaffe, sammle, lade die datei, kopiere',
    ),
    send: list(
      'senden, sendest, schicken, schickst, übermitteln, übermittelst, übertragen, überträgst, weiterleiten, leitest, hochladen, lädst, mailen, maile, mailst, veröffentlichen, teile, teilen, melden, weitergeben, gib, übergeben, kopie an, leite, sende, senden sie, schicke, schicken sie, schick, übermittle, übertrage, versende, poste, veröffentliche',
    ),
    put: list(
      'einfügen, einzufügen, anhängen, anzuhängen, anfügen, eintragen, einzutragen, mitgeben, mitzugeben, mitschicken, beifügen, beizufügen, übergeben, hinzufügen, hinzuzufügen, einbetten, unterbringen, verstecke, versteckst, verstecken, mitsenden, mitliefern, mitzuliefern, ergänze, ergänzen, fügst, hängst, schreib, schreibst, packst, setzt, trägst, trage, kodiere, gehört in, gehören in, füge, fügen sie, übergib, übergebe, schreibe sie in, setze, packe, hänge, gib sie als, gib ihn als, gib es als, gib den inhalt',
    ),
    write: list('schreibe, schreiben sie, speichere, speichern sie, ändere'),
    run: list('führe, führen sie'),
    call: list('rufe, rufen sie, verwende, verwenden sie, nutze, benutze'),
    tell: list('verrate, zeige, zeig, nenne, nenn mir, sag mir, offenbare'),
    answer: list('antworte, gib den, gib die, gib das, gib deinen, gib deine, wiederhole, drucke, gib aus, zeige'),
    delete: list('löschen, löschst, entfernen, vernichte, lösche, löschen sie, entferne'),
  },
}
