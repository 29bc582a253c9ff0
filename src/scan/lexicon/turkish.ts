// Turkish, as far as attacks on models are written in it: the verb comes last.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const turkish: Language = {
  words: {
    free: list(
      'hiçbir kural, hiçbir kısıtlama, kuralsız, kısıtlama olmadan, kısıtlamasız, sınırsız, sansürsüz, filtresiz, kurallara bağlı değilsin, artık bağlı değilsin, her şey serbest',
    ),
    'says-override': [
      ...every(
        'önceki, eski, bütün, tüm',
        'kurallar, talimatlar, yönergeler',
        'geçersizdir, geçersiz, iptal edildi, artık geçerli değil, yürürlükten kalktı, kaldırıldı, artık geçmiyor',
      ),
      ...every(
        'talimatları, talimatlarını, yönergeleri, yönergelerini',
        'unut, unutun, yok say, yoksay, görmezden gel, dikkate alma, göz ardı et',
      ),
      ...every(
        'önceki, önceki tüm, tüm önceki, yukarıdaki, yukarıdaki tüm, bütün önceki, daha önceki, sana verilen',
        'talimatları, talimatlarını, komutları, kuralları, yönergeleri, mesajları',
        'yok say, yoksay, unut, unutun, görmezden gel, dikkate alma, göz ardı et, dikkate almayın, görmezden gelin',
      ),
      ...every('sana söylenen, söylenen, yukarıdaki', 'her şeyi', 'unut, yok say, görmezden gel, dikkate alma'),
      ...every('sistem', 'talimatlarını, yönergelerini, kurallarını', 'yok say, unut, görmezden gel, göz ardı et'),
    ],
    'says-conceal': [
      ...list('kimseye bahsetme, kimseye söyleme, kimseye anlatma, bundan kimseye'),
      ...list(
        'kullanıcıya söyleme, kullanıcıya söylemeyin, kullanıcıya söylemeden, kullanıcıya bildirme, kullanıcıya bildirmeden, kullanıcıya haber vermeden, kullanıcıya çaktırmadan, kullanıcı bilmesin, kullanıcının bilmesine gerek yok, kullanıcının bunu bilmesine gerek yok, kullanıcının haberi olmasın, bundan bahsetme, bundan söz etme, bunu gizli tut, aramızda kalsın, aramızda kalacak, gizli tut, kullanıcıdan gizli',
      ),
      ...every(
        'kullanıcıya, kullanıcıya bunu, bunu kullanıcıya, kullanıcıya bundan',
        'söyleme, söylemeyin, bahsetme, bahsetmeyin, bildirme, bildirmeyin, gösterme, göstermeyin, açıklama yapma, haber verme',
      ),
      ...list(
        'kullanıcının haberi olmadan, kullanıcının bilgisi olmadan, kullanıcı fark etmeden, kullanıcı bilmemeli, kullanıcı bunu bilmemeli, kullanıcının bundan haberi olmamalı, kullanıcıdan gizle, kullanıcıdan sakla, bunu gizli tut',
      ),
    ],
    'says-consent': list(
      'onay almadan, onay gerekmez, onaya gerek yok, izin almadan, izin gerekmez, izne gerek yok, sormadan, sorma, beklemeden, kullanıcı onay verdi, kullanıcı izin verdi, kullanıcı kabul etti, zaten kabul etti, zaten onaylandı, zaten izin verildi, onay verilmiş, onaylanmış sayılır, kullanıcı zaten onayladı, kullanıcı zaten onay verdi, kullanıcı zaten izin verdi, onay isteme, onay istemeden, onay beklemeden, izin isteme, izin istemeden, kullanıcıya sorma, kullanıcıya sormadan',
    ),
    'says-role': list(
      'artık sen, sen artık, bundan böyle sen, şimdi sen, gibi davran, rolünü üstlen, yeni sistem istemi, geliştirici modu',
    ),
    'says-tool': list('başka bir aracı kullanmadan önce, diğer araçları kullanmadan önce, herhangi bir araçtan önce'),
    assistant: list('asistan, dil modeli, yapay zeka'),
    user: list('kullanıcı*, müşteri*'),
    not: list('asla, sakın'),
    must: list('gerek, gerekli, zorundasın, lazım, zorunlu, olmalı, zorunda*, mutlaka, her zaman, gerekir, gereklidir'),
    rules: list('talimat*, yönerge*, kurallar*, kısıtlamalar*'),
    prior: list('önceki, yukarıdaki, ilk'),
    every: list(
      'tamamını, tamamı, hepsini, eksiksiz, kelimesi kelimesine, her seferinde, her çağrıda, tüm, bütün, her bir',
    ),
    secret: list(
      'gizli bilgi*, çerez*, doğrulama kodu*, tek kullanımlık kod*, kart numarası*, banka bilgileri*, ssh anahtar*, parolayı, şifreyi, şifresini, giriş bilgileri*, kurtarma ifadesi*, pin kodu*, şifre*, parola*, özel anahtar*, gizli anahtar*, api anahtar*, kimlik bilgileri*, erişim anahtar*, ortam değişkenleri*',
    ),
    private: list('gelen kutusu*, kişiler, kişisel veriler*, müşteri verileri*'),
    inner: list(
      'sistem istemi*, sistem mesajı*, sistem talimat*, sistem yönerge*, başlangıç talimat*, ilk talimat*, kendi talimat*, talimatlarını, gizli talimat*, iç talimat*, yukarıdaki her şeyi, yukarıdaki metni, yapılandırmanı',
    ),
    read: list(
      'oku, okuyun, okuyarak, açın, alın, topla, toplayın, kopyala, kopyalayın, getir, çıkar, okumalısın, okuması, oku ve',
    ),
    send: list(
      'gönder, gönderin, gönderilir, gönderilmelidir, göndermelisin, ilet, iletin, aktar, aktarın, yükle, yükleyin, paylaş, paylaşın, yolla, yollayın, yayınla, postala',
    ),
    put: list(
      'ekle, ekleyin, eklenmelidir, eklemelisin, yaz, yazın, koyun, yerleştir, yerleştirin, girin, yapıştır, dahil et, dahil edin, geçir, gizle',
    ),
    delete: list('silin, kaldır'),
    tell: list(
      'söyle, söyleme, söylemeden, bildir, bildirme, bahset, bahsetme, açıkla, açıklama, haber, göster, gösterme, bilmesin, bilmemeli, öğrenmesin, fark',
    ),
    talk: list(
      'sohbet*, tüm konuşma*, bütün konuşma*, diyalog*, yazışma*, son mesajlar*, tüm mesajlar*, kullanıcının yazdık*, konuşma*, sohbet geçmişi*, sistem istemi*, sistem mesajı*, önceki mesajlar*',
    ),
    param: list('parametre*, argüman*, alanı*'),
    outside: list('harici sunucu*, uzak sunucu*, üçüncü taraf*'),
    tool: list('araç, aracı, araçlar'),
    quiet: list(
      'çaktırmadan, belli etmeden, usulca, arka planda, sezdirmeden, haber vermeden, gizlice, sessizce, fark ettirmeden',
    ),
    session: list('bundan sonra, bundan böyle, tüm oturumlarda'),
    before: list('önce, kullanmadan önce, çağırmadan önce'),
  },
  orders: {
    ignore: list('yok say, yoksay, görmezden gel, göz ardı et, dikkate alma'),
    read: list('oku, okuyun, dosyasını aç, içeriğini al'),
    send: list('gönder, gönderin, ilet, iletin, yükle, paylaş'),
    put: list('ekle, ekleyin, yaz, yapıştır, parametresine koy'),
    run: list('çalıştır, çalıştırın'),
    call: list('çağır, çağırın, kullan'),
    tell: list('açıkla, göster, söyle'),
    answer: list('yanıtla, yazdır, tekrarla'),
    delete: list('dosyayı sil, silin'),
  },
}
