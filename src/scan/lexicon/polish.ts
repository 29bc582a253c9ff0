// Polish, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const polish: Language = {
  words: {
    'says-override': [
      ...every(
        'dotychczasowe, wcześniejsze, poprzednie, twoje',
        'zasady, instrukcje, reguły, polecenia',
        'są nieważne, nie obowiązują, już nie obowiązują, przestają obowiązywać, zostały uchylone, zostały anulowane, tracą ważność',
      ),
      ...every(
        'zignoruj, ignoruj, zapomnij o, zapomnij',
        'wszystko, wszystko co, wszystkim co, wszystkim',
        'powyżej, wcześniej, ci powiedziano, było wcześniej',
      ),
      ...list('nie stosuj się do poprzednich, nie przestrzegaj poprzednich, przestań stosować się do'),
    ],
    'says-conceal': [
      ...list('nikomu o tym, nie mów nikomu, nikomu nie mów'),
      ...list(
        'nie wspominaj, nie mów, nie mów o tym, nie ujawniaj, nie informuj, nie zdradzaj, bez wiedzy użytkownika, bez wiedzy, bez informowania, nie informując, nie wspominając, tak aby użytkownik nie, żeby użytkownik nie, użytkownik nie musi wiedzieć, użytkownik nie powinien, użytkownik nie może, zachowaj to w tajemnicy, zachowaj w tajemnicy, trzymaj to w tajemnicy, to zostaje między nami, zostaje między nami, ukryj to',
      ),
      ...every(
        'nie, nigdy nie',
        'mów, mówcie, wspominaj, informuj, powiadamiaj, pokazuj, ujawniaj, zdradzaj',
        'o tym użytkownikowi, o tym, tego użytkownikowi, użytkownikowi, użytkownika, użytkownika o tym, nic użytkownikowi',
      ),
      ...list(
        'bez wiedzy użytkownika, bez informowania użytkownika, żeby użytkownik nie wiedział, tak aby użytkownik nie zauważył, użytkownik nie może się dowiedzieć, użytkownik nie może o tym wiedzieć, użytkownik nie powinien wiedzieć, ukryj to przed użytkownikiem, ukryj przed użytkownikiem, zachowaj to w tajemnicy',
      ),
    ],
    'says-consent': list(
      'bez pytania, bez potwierdzenia, bez zgody, bez pytania o zgodę, bez czekania, wyraził już zgodę, już wyraził zgodę, już się zgodził, użytkownik już się zgodził, już zatwierdził, zgoda została już, nie pytaj o zgodę, nie pytaj o potwierdzenie, nie pytaj, nie proś o potwierdzenie, potwierdzenie nie jest, nie trzeba pytać, liczy się jako zgoda, użytkownik już wyraził zgodę, użytkownik już zatwierdził, nie pytaj użytkownika',
    ),
    'says-role': list(
      'jesteś teraz, od teraz jesteś, udawaj że jesteś, zachowuj się jak, nowy prompt systemowy, tryb deweloperski, tryb bez ograniczeń',
    ),
    'says-tool': list(
      'przed użyciem jakiegokolwiek innego narzędzia, przed każdym innym narzędziem, zanim użyjesz innego narzędzia',
    ),
    assistant: list('asystent, asystencie, model językowy, agent ai'),
    free: list(
      'nie obowiązują cię, żadne zasady, żadnych zasad, żadnych ograniczeń, bez zasad, bez ograniczeń, bez żadnych ograniczeń, bez cenzury, bez filtrów, nie jesteś już związany, wszystko dozwolone, nieograniczony, bez ograniczeń, bez cenzury, bez filtrów',
    ),
    user: list('użytkownik*, klient*, nikt, nikomu, osob*, klient, klienta, klientów'),
    you: list('twoje, twoich, twój, twoja, swoje, swoich'),
    not: list('nie, nigdy, bez'),
    must: list('musi, musisz, muszą, powinien, powinna, należy, trzeba, koniecznie, zawsze, obowiązkowo'),
    rules: list('instrukcj*, poleceni*, zasady, reguły, wytyczn*, ograniczeni*'),
    prior: list('poprzedni*, wcześniejsz*, powyższ*, dotychczasow*, pierwotn*'),
    every: list(
      'cał*, wszystk*, pełn*, dosłownie, słowo w słowo, za każdym razem, przy każdym, wszystkie, wszystkich, każdy, każde, cały, całą, pełną, wszelkie',
    ),
    secret: list(
      'tajn* klucz*, ciasteczk*, kod weryfikacyjny, kody weryfikacyjne, numer karty, numeru karty, dane bankowe, danych bankowych, klucz ssh, klucza ssh, kluczy ssh, hasł*, haseł, dane logowania, danych logowania, frazę odzyskiwania, kod pin, poświadcze*, hasło, hasła, klucz prywatny, klucze prywatne, klucza prywatnego, klucz api, klucze api, tajny klucz, token dostępu, zmienne środowiskowe, klucze dostępu',
    ),
    private: list('skrzynka odbiorcza, kontakty, dane osobowe, dane klientów, dokumenty'),
    inner: list(
      'to co powiedział deweloper, co ci powiedziano, czego cię nauczono, swoje ograniczenia, swoich ograniczeniach, prompt systemowy, promptu systemowego, prompcie systemowym, wiadomość systemow*, instrukcje systemow*, instrukcji systemow*, twoje instrukcje, twoich instrukcji, swoje instrukcje, swoich instrukcji, swój prompt, twój prompt, twoja konfigurac*, ukryte instrukcje, ukrytych instrukcji, początkowe instrukcje, polecenia systemowe, wszystko powyżej, tekst powyżej',
    ),
    tell: list(
      'informuj*, poinformuj*, informować, powiedz, mów, mówić, wspominaj, wspominać, wspomnij, ujawniaj, ujawnij, ujawniać, zdradzaj, zdradzać, wiedzieć, dowie*, zauważ*, pokazuj, zawiadamia*',
    ),
    talk: list(
      'całą rozmow*, całej rozmow*, wszystkie wiadomości, ostatnie wiadomości, historię czatu, to co napisał użytkownik, transkrypcj*, rozmow*, rozmowa, rozmowy, rozmowę, historia rozmowy, historię rozmowy, prompt systemowy, komunikat systemowy, poprzednie wiadomości, lista narzędzi',
    ),
    param: list('parametr, parametrze, parametru, argument, argumencie, w polu, do pola, nagłówek'),
    outside: list('zewnętrzny serwer, serwer zewnętrzny, zdalny serwer, osoby trzecie'),
    tool: list('narzędzie, narzędzia, narzędziem, funkcja'),
    quiet: list(
      'po cichu, potajemnie, dyskretnie, w tle, niepostrzeżenie, skrycie, ukradkiem, w tajemnicy, niezauważalnie',
    ),
    session: list('od teraz, odtąd, we wszystkich sesjach, w przyszłych sesjach'),
    safety: list('zasady bezpieczeństwa, filtry bezpieczeństwa'),
    before: list('przed, najpierw, zanim, gdy tylko, za każdym razem'),
  },
  orders: {
    ignore: list(
      'zignorować, ignoruj, zapomnieć, zapomnij, pomiń, omiń, złam, nie zwracaj uwagi na, nie bierz pod uwagę, nie uwzględniaj, nie stosuj się do, zignoruj, ignoruj, zapomnij, pomiń, odrzuć',
    ),
    read: list(
      'przeczytać, czytaj, otworzyć, otwórz, pobrać, pobierz, zbierz, zebrać, skopiuj, skopiować, wydobądź, odczytać, odczytaj, wczytaj, znajdź, sięgnij, przeczytaj, otwórz plik',
    ),
    send: list(
      'wysłać, wysyłaj, wyślij, przesłać, przesyłaj, prześlij, przekazać, przekaż, przekazuj, opublikuj, opublikować, udostępnij, udostępnić, załaduj, jest wysyłan*, są wysyłan*, zostanie wysłan*',
    ),
    put: list(
      'dodać, dodaj, dołącz, dołączyć, dołączaj, umieścić, umieść, wstaw, wstawić, wklej, wpisz, wpisać, przekaż w, ukryj, podaj, zamieść, dopisz',
    ),
    write: list('zapisz, napisz, zmodyfikuj'),
    run: list('uruchom, wykonaj'),
    call: list('wywołaj, użyj'),
    tell: list('ujawnij, pokaż, zdradź, podaj mi, powiedz mi'),
    answer: list('odpowiedz, wypisz, powtórz, wyświetl'),
    delete: list('usunąć, usuń, skasuj, wyczyść'),
  },
}
