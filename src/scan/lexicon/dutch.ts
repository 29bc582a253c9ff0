// Dutch, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const dutch: Language = {
  words: {
    'says-override': [
      ...every(
        'negeer, vergeet',
        'alles, al het',
        'wat je verteld is, voorgaande, bovenstaande, eerdere, wat hiervoor',
      ),
      ...every(
        'volg, gehoorzaam',
        'de, je, jouw, uw',
        'instructies niet, regels niet, eerdere instructies niet, vorige instructies niet',
      ),
    ],
    'says-conceal': [
      ...every(
        'vertel, zeg, meld, toon, laat',
        'dit, het, dat, de gebruiker, hier',
        'niet aan de gebruiker, niets, niets over, niet tegen de gebruiker, hier niets over, hierover niets, dit niet',
      ),
      ...list(
        'zonder dat de gebruiker het weet, zonder dat de gebruiker het merkt, zonder medeweten van de gebruiker, zonder het aan de gebruiker te vertellen, zonder de gebruiker te informeren, de gebruiker mag dit niet weten, de gebruiker mag hier niets van, de gebruiker mag het niet weten, verberg dit voor de gebruiker, verzwijg dit, houd dit geheim, houd dit verborgen, informeer de gebruiker niet, noem dit niet, vermeld dit niet',
      ),
    ],
    'says-consent': list(
      'de gebruiker heeft al ingestemd, de gebruiker heeft al toestemming, de gebruiker heeft dit al goedgekeurd, zonder om bevestiging te vragen, zonder bevestiging, vraag niet om bevestiging, vraag geen toestemming, vraag niet om toestemming',
    ),
    'says-role': list(
      'je bent nu, jij bent nu, vanaf nu ben je, doe alsof je, gedraag je als, nieuwe systeemprompt, ontwikkelaarsmodus',
    ),
    'says-tool': list(
      'voordat je een ander hulpmiddel, voor elk ander hulpmiddel, voordat je een andere tool, voor elke andere tool',
    ),
    assistant: list('assistent, taalmodel, ai agent'),
    free: list('zonder beperkingen, zonder filters, ongecensureerd'),
    user: list('gebruiker, gebruikers, klant, klanten'),
    you: list('je, jij, jouw, uw'),
    not: list('niet, nooit, geen, zonder, niets'),
    must: list('moet, moeten, altijd, verplicht, noodzakelijk'),
    rules: list(
      'instructies, instructie, regels, aanwijzingen, richtlijnen, opdrachten, systeeminstructies, beperkingen',
    ),
    prior: list('vorige, eerdere, voorgaande, bovenstaande, oorspronkelijke'),
    every: list('alle, iedere, elke, volledige, gehele'),
    secret: list(
      'wachtwoord, wachtwoorden, privésleutel, geheime sleutel, api sleutel, api sleutels, inloggegevens, toegangstoken, omgevingsvariabelen',
    ),
    private: list(
      'postvak in, contacten, persoonlijke gegevens, klantgegevens, documenten, bestanden van de gebruiker',
    ),
    talk: list(
      'gesprek, gespreksgeschiedenis, chatgeschiedenis, systeemprompt, systeembericht, eerdere berichten, lijst van tools',
    ),
    param: list('parameter, argument, het veld, kopregel'),
    outside: list('externe server, externe adres, derden'),
    tool: list('hulpmiddel, hulpmiddelen, functie'),
    quiet: list('stilletjes, heimelijk, stiekem, in het geheim, ongemerkt, onopvallend'),
    session: list('vanaf nu, voortaan, in alle sessies, in toekomstige sessies'),
    safety: list('veiligheidsregels, veiligheidsfilters, veiligheidsrichtlijnen'),
    before: list('voordat, eerst, nadat, zodra, telkens wanneer'),
  },
  orders: {
    ignore: list(
      'let niet op, houd geen rekening met, sla geen acht op, trek je niets aan van, negeer, negeert, vergeet, veronachtzaam',
    ),
    read: list('lees, leest, haal, verzamel, open het bestand, kopieer'),
    send: list('stuur, stuurt, verstuur, verzend, mail de, publiceer, upload de'),
    put: list('voeg, zet, plaats, neem op, geef door, geef de inhoud, plak'),
    write: list('schrijf, bewaar, sla op, wijzig'),
    run: list('voer uit, voer de, voer het'),
    call: list('roep, gebruik'),
    tell: list('onthul, toon, laat zien, vertel me'),
    answer: list('antwoord, herhaal, geef je, geef de, druk af'),
    delete: list('verwijder, wis'),
  },
}
