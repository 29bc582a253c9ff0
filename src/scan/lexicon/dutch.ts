// Dutch, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const dutch: Language = {
  words: {
    'says-override': [
      ...every(
        'je, de, alle, jouw',
        'vorige, eerdere, oude, ',
        'regels, instructies, richtlijnen',
        'gelden niet meer, zijn vervallen, zijn ongeldig, zijn ingetrokken, tellen niet meer, zijn opgeheven',
      ),
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
      ...list('vertel het aan niemand, tegen niemand, zeg niemand'),
      ...list(
        'zonder dat de gebruiker het weet, zonder dat de gebruiker het merkt, zonder medeweten, buiten medeweten, zonder het te melden, zonder te vermelden, zonder de gebruiker te informeren, vermeld dit niet, noem dit niet, meld dit niet, zeg niets, zeg hier niets over, zeg er niets over, vertel dit niet, vertel het niet, houd dit geheim, hou dit geheim, houd het geheim, blijft onder ons, blijft tussen ons, de gebruiker hoeft dit niet, de gebruiker hoeft niet, de gebruiker mag dit niet, de gebruiker mag niet, de gebruiker mag hier niets, verberg dit, verzwijg',
      ),
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
      'zonder te vragen, zonder bevestiging, zonder toestemming, zonder goedkeuring, zonder te wachten, heeft al toestemming, heeft al ingestemd, is al akkoord, heeft al goedgekeurd, toestemming is al, vraag niet om bevestiging, vraag niet om toestemming, vraag geen bevestiging, vraag geen toestemming, bevestiging is niet nodig, geldt als toestemming, geldt als goedkeuring, de gebruiker heeft al ingestemd, de gebruiker heeft al toestemming, de gebruiker heeft dit al goedgekeurd, zonder om bevestiging te vragen',
    ),
    'says-role': list(
      'je bent nu, jij bent nu, vanaf nu ben je, doe alsof je, gedraag je als, nieuwe systeemprompt, ontwikkelaarsmodus',
    ),
    'says-tool': list(
      'voordat je een ander hulpmiddel, voor elk ander hulpmiddel, voordat je een andere tool, voor elke andere tool',
    ),
    assistant: list('assistent, taalmodel, ai agent'),
    free: list(
      'geen enkele regel, geen regels, geen beperkingen, zonder regels, zonder beperkingen, zonder enige beperking, zonder grenzen, zonder filter, niet meer gebonden, niet langer gebonden, vrij van regels, alles is toegestaan, ongecensureerd, onbeperkt, zonder beperkingen, zonder filters, ongecensureerd',
    ),
    user: list('gebruikers, gebruiker, eindgebruiker, klant, klanten, persoon, mens, niemand'),
    you: list('je, jij, jouw, uw'),
    not: list('niet, nooit, geen, zonder, niets'),
    must: list('moet, moeten, dient, dienen, zult, verplicht, zorg dat, vergeet niet, altijd, noodzakelijk'),
    rules: list(
      'instructies, instructie, regels, aanwijzingen, richtlijnen, opdrachten, systeeminstructies, beperkingen',
    ),
    prior: list('vorige, eerdere, voorgaande, bovenstaande, oorspronkelijke'),
    every: list(
      'hele, volledige, complete, gehele, woord voor woord, letterlijk, bij elke, bij iedere, elke keer, alle, iedere, elke',
    ),
    secret: list(
      'geheim, geheimen, geheime sleutel, geheime sleutels, geheime code, verificatiecode, eenmalige code, kaartnummer, bankgegevens, ssh sleutel, ssh sleutels, privésleutel, privésleutels, wachtwoorden, wachtwoord, herstelcode, pincode, inloggegevens, toegangscode, omgevingsvariabele, api sleutel, api sleutels, toegangstoken, omgevingsvariabelen',
    ),
    private: list(
      'postvak in, contacten, persoonlijke gegevens, klantgegevens, documenten, bestanden van de gebruiker',
    ),
    inner: list(
      'wat de ontwikkelaar, wat de ontwikkelaars, wat je is verteld, wat je geleerd is, je beperkingen, systeemprompt, systeemprompts, systeembericht, systeeminstructies, systeeminstructie, je instructies, jouw instructies, uw instructies, je regels, je prompt, jouw prompt, je configuratie, verborgen instructies, interne instructies, oorspronkelijke instructies, alles hierboven, tekst hierboven, je context, je geheugen, beginprompt',
    ),
    tell: list(
      'informeren, geïnformeerd, melden, meld, vermelden, vermeld, noemen, onthullen, onthul, zeggen, zeg, vertellen, vertel, weten, merken, laten weten, tonen, verklappen',
    ),
    talk: list(
      'dialoog, chatgeschiedenis, hele gesprek, volledige gesprek, alle berichten, laatste berichten, wat de gebruiker schreef, wat de gebruiker typt, lijst met functies, gesprek, gespreksgeschiedenis, systeemprompt, systeembericht, eerdere berichten, lijst van tools',
    ),
    param: list('parameter, argument, het veld, kopregel'),
    outside: list('externe server, externe adres, derden'),
    tool: list('hulpmiddel, hulpmiddelen, functie'),
    quiet: list(
      'stilletjes, stiekem, ongemerkt, in het geheim, op de achtergrond, zonder iets te zeggen, heimelijk, onopvallend',
    ),
    session: list('vanaf nu, voortaan, in alle sessies, in toekomstige sessies'),
    safety: list('veiligheidsregels, veiligheidsfilters, veiligheidsrichtlijnen'),
    before: list('voordat, eerst, nadat, zodra, telkens wanneer'),
  },
  orders: {
    ignore: list(
      'negeren, vergeten, vergeet, omzeil, omzeilen, overtreed, let niet op, houd geen rekening met, sla geen acht op, trek je niets aan van, negeer, negeert, vergeet, veronachtzaam',
    ),
    read: list(
      'lezen, openen, ophalen, verzamelen, kopiëren, opvragen, haal, haalt, zoek, kopieer, verzamel, vraag op, lees, leest, open het bestand',
    ),
    send: list(
      'sturen, stuurt, verzenden, verzend, doorsturen, doorstuur, mailen, uploaden, publiceren, publiceer, delen, overdragen, geef door, doorgeven, wordt verzonden, worden verzonden, wordt gestuurd, stuur, verstuur, mail de, upload de',
    ),
    put: list(
      'toevoegen, bijvoegen, invullen, meegeven, plaatsen, opnemen, voeg toe, voeg, vul in, plak, geef mee, neem op, verstop, zet, meesturen, schrijf, plaats, geef door, geef de inhoud',
    ),
    write: list('schrijf, bewaar, sla op, wijzig'),
    run: list('voer uit, voer de, voer het'),
    call: list('roep, gebruik'),
    tell: list('onthul, toon, laat zien, vertel me'),
    answer: list('antwoord, herhaal, geef je, geef de, druk af'),
    delete: list('verwijderen, wissen, wis, verwijder'),
  },
}
