// Vietnamese, as far as attacks on models are written in it; marks of tone are not looked at.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const vietnamese: Language = {
  words: {
    free: list(
      'không có quy tắc, không còn quy tắc, không bị ràng buộc, không còn bị ràng buộc, không bị giới hạn, không giới hạn, không còn giới hạn, không hạn chế, không bị kiểm duyệt, mọi thứ đều được phép',
    ),
    // “Ignore the previous instructions” is put together from its words.
    'says-override': [
      ...every(
        'các, mọi, những',
        'quy tắc, chỉ dẫn, hướng dẫn, quy định',
        'trước đây, trước đó, trước, cũ',
        'không còn hiệu lực, đã bị hủy, bị hủy bỏ, không còn áp dụng, vô hiệu, hết hiệu lực',
      ),
      ...every(
        'bỏ qua, quên, phớt lờ',
        'mọi thứ, tất cả những gì, mọi điều',
        'ở trên, trước đó, đã được nói, bạn được bảo',
      ),
    ],
    'says-conceal': [
      ...list('đừng nói với ai, không nói với ai'),
      ...list(
        'đừng nói, đừng nói với người dùng, đừng cho người dùng biết, đừng để người dùng biết, đừng báo, đừng thông báo, đừng đề cập, đừng nhắc đến, không được nói, không nói cho người dùng, không cho người dùng biết, không để người dùng biết, không thông báo, không tiết lộ, không cần báo, không cần cho người dùng biết, mà không cho người dùng biết, mà người dùng không biết, người dùng không cần biết, người dùng không được biết, giữ bí mật, hãy giữ bí mật, giấu người dùng, chỉ giữa chúng ta',
      ),
      ...every(
        'đừng, không, không được, tuyệt đối không',
        'nói, nói cho, nói với, tiết lộ, tiết lộ cho, thông báo cho, cho, đề cập với, báo cho',
        'người dùng, điều này cho người dùng, điều này với người dùng, người dùng biết',
      ),
      ...list(
        'mà người dùng không biết, mà không cho người dùng biết, không để người dùng biết, người dùng không được biết, giấu người dùng, che giấu người dùng, giữ bí mật với người dùng',
      ),
    ],
    'says-consent': list(
      'không cần hỏi, không hỏi, không cần xác nhận, không cần xin phép, không cần đồng ý, mà không cần hỏi, mà không hỏi, mà không cần xác nhận, người dùng đã đồng ý, người dùng đã cho phép, người dùng đã chấp thuận, người dùng đã xác nhận, đừng hỏi, đừng yêu cầu xác nhận, coi như đã đồng ý, được coi là đồng ý, đừng hỏi xác nhận, không hỏi người dùng',
    ),
    'says-role': list(
      'bây giờ bạn là, từ giờ bạn là, từ bây giờ bạn là, hãy đóng vai, giả vờ là, lời nhắc hệ thống mới, chế độ nhà phát triển',
    ),
    'says-tool': list(
      'trước khi sử dụng bất kỳ công cụ nào khác, trước khi gọi bất kỳ công cụ nào khác, trước mọi công cụ khác',
    ),
    assistant: list('trợ lý, mô hình ngôn ngữ'),
    user: list('người dùng, khách hàng'),
    you: list('của bạn, bạn phải'),
    not: list('đừng, không được'),
    must: list('bắt buộc, luôn luôn, cần phải, bạn phải'),
    rules: list('hướng dẫn, chỉ dẫn, chỉ thị, quy tắc'),
    prior: list('trước đó, ở trên, trước đây'),
    every: list('toàn bộ, tất cả, đầy đủ, nguyên văn, mỗi lần, mọi thứ'),
    secret: list(
      'bí mật, mã thông báo, mã xác minh, số thẻ, thông tin ngân hàng, khóa ssh, khoá ssh, khóa riêng, khoá riêng, khóa bí mật, mật khẩu, thông tin đăng nhập, cụm từ khôi phục, mã pin, biến môi trường, khóa api, chìa khóa bí mật, mã truy cập',
    ),
    private: list('hộp thư đến, danh bạ, dữ liệu cá nhân, dữ liệu khách hàng'),
    inner: list(
      'lời nhắc hệ thống, prompt hệ thống, thông điệp hệ thống, tin nhắn hệ thống, chỉ dẫn hệ thống, hướng dẫn hệ thống, hướng dẫn ban đầu, chỉ thị ban đầu, hướng dẫn của bạn, chỉ dẫn ẩn, hướng dẫn ẩn, mọi thứ ở trên, văn bản ở trên, cấu hình của bạn',
    ),
    read: list('thu thập, trích xuất, sao chép, lấy ra, tải xuống'),
    send: list('chuyển tiếp, tải lên, chia sẻ, được gửi, đăng tải'),
    put: list('đưa vào, đính kèm, đặt vào, ghi vào, kèm theo'),
    delete: list('xóa bỏ'),
    tell: list('nói, nói với, cho biết, thông báo, đề cập, tiết lộ, hiển thị, nhắc đến'),
    talk: list(
      'cuộc trò chuyện, hội thoại, đoạn chat, lịch sử trò chuyện, lịch sử chat, toàn bộ cuộc trò chuyện, tất cả tin nhắn, tin nhắn trước, tin nhắn gần đây, những gì người dùng viết, lời nhắc hệ thống, danh sách công cụ',
    ),
    param: list('tham số, đối số, trường'),
    outside: list('máy chủ bên ngoài, máy chủ từ xa, bên thứ ba'),
    quiet: list('âm thầm, lặng lẽ, bí mật, ngấm ngầm, trong nền, kín đáo, lén lút'),
    session: list('từ bây giờ, từ giờ trở đi, trong mọi phiên'),
    before: list('trước khi, trước tiên, sau khi, mỗi khi'),
  },
  orders: {
    ignore: list(
      'bỏ qua, phớt lờ, lờ đi, hãy quên, quên đi, quên các, quên những, quên mọi, quên tất cả, không tuân theo, đừng tuân theo',
    ),
    read: list('hãy đọc, đọc tệp, đọc nội dung, đọc file, lấy nội dung, mở tệp'),
    send: list('hãy gửi, gửi đến, gửi cho, gửi nội dung, gửi toàn bộ, gửi nó, tải lên, chuyển tiếp'),
    put: list('đưa vào, thêm vào, điền vào, chèn vào, truyền vào'),
    run: list('thực thi, chạy lệnh'),
    call: list('hãy gọi, gọi công cụ, sử dụng công cụ'),
    tell: list('tiết lộ, cho biết'),
    answer: list('in ra, trả lời, lặp lại'),
    delete: list('xóa tệp, hãy xóa'),
  },
}
