// Polish, as far as attacks on models are written in it.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const polish: Language = {
  words: {
    'says-override': [
      ...every(
        'zignoruj, ignoruj, zapomnij o, zapomnij',
        'wszystko, wszystko co, wszystkim co, wszystkim',
        'powyżej, wcześniej, ci powiedziano, było wcześniej',
      ),
      ...list('nie stosuj się do poprzednich, nie przestrzegaj poprzednich, przestań stosować się do'),
    ],
    'says-conceal': [
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
      'użytkownik już wyraził zgodę, użytkownik już się zgodził, użytkownik już zatwierdził, bez pytania o zgodę, bez potwierdzenia, nie pytaj o potwierdzenie, nie pytaj o zgodę, nie pytaj użytkownika',
    ),
    'says-role': list(
      'jesteś teraz, od teraz jesteś, udawaj że jesteś, zachowuj się jak, nowy prompt systemowy, tryb deweloperski, tryb bez ograniczeń',
    ),
    'says-tool': list(
      'przed użyciem jakiegokolwiek innego narzędzia, przed każdym innym narzędziem, zanim użyjesz innego narzędzia',
    ),
    assistant: list('asystent, asystencie, model językowy, agent ai'),
    free: list('bez ograniczeń, bez cenzury, bez filtrów'),
    user: list('użytkownik*, klient, klienta, klientów'),
    you: list('twoje, twoich, twój, twoja, swoje, swoich'),
    not: list('nie, nigdy, bez'),
    must: list('musisz, należy, zawsze, koniecznie, obowiązkowo, trzeba'),
    rules: list('instrukcj*, poleceni*, zasady, reguły, wytyczn*, ograniczeni*'),
    prior: list('poprzedni*, wcześniejsz*, powyższ*, dotychczasow*, pierwotn*'),
    every: list('wszystkie, wszystkich, każdy, każde, cały, całą, pełną, wszelkie'),
    secret: list(
      'hasło, hasła, haseł, klucz prywatny, klucze prywatne, klucza prywatnego, klucz api, klucze api, dane logowania, tajny klucz, token dostępu, zmienne środowiskowe, klucze dostępu',
    ),
    private: list('skrzynka odbiorcza, kontakty, dane osobowe, dane klientów, dokumenty'),
    talk: list(
      'rozmowa, rozmowy, rozmowę, historia rozmowy, historię rozmowy, prompt systemowy, komunikat systemowy, poprzednie wiadomości, lista narzędzi',
    ),
    param: list('parametr, parametrze, parametru, argument, argumencie, w polu, do pola, nagłówek'),
    outside: list('zewnętrzny serwer, serwer zewnętrzny, zdalny serwer, osoby trzecie'),
    tool: list('narzędzie, narzędzia, narzędziem, funkcja'),
    quiet: list('potajemnie, po cichu, w tajemnicy, dyskretnie, niezauważalnie'),
    session: list('od teraz, odtąd, we wszystkich sesjach, w przyszłych sesjach'),
    safety: list('zasady bezpieczeństwa, filtry bezpieczeństwa'),
    before: list('przed, najpierw, zanim, gdy tylko, za każdym razem'),
  },
  orders: {
    ignore: list(
      'nie zwracaj uwagi na, nie bierz pod uwagę, nie uwzględniaj, nie stosuj się do, zignoruj, ignoruj, zapomnij, pomiń, odrzuć',
    ),
    read: list('odczytaj, przeczytaj, pobierz, otwórz plik, zbierz, skopiuj'),
    send: list('wyślij, prześlij, przekaż, wysyłaj, opublikuj'),
    put: list('dołącz, umieść, wstaw, dodaj, wklej, wpisz, podaj'),
    write: list('zapisz, napisz, zmodyfikuj'),
    run: list('uruchom, wykonaj'),
    call: list('wywołaj, użyj'),
    tell: list('ujawnij, pokaż, zdradź, podaj mi, powiedz mi'),
    answer: list('odpowiedz, wypisz, powtórz, wyświetl'),
    delete: list('usuń, skasuj'),
  },
}
