// Vietnamese, as far as attacks on models are written in it; marks of tone are not looked at.
import type { Language } from '../lexicon.ts'
import { every, list } from '../phrases.ts'

export const vietnamese: Language = {
  words: {
    // “Ignore the previous instructions” is put together from its words.
    'says-override': every(
      'bỏ qua, quên, phớt lờ',
      'mọi thứ, tất cả những gì, mọi điều',
      'ở trên, trước đó, đã được nói, bạn được bảo',
    ),
    'says-conceal': [
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
      'người dùng đã đồng ý, người dùng đã cho phép, người dùng đã chấp thuận, không cần xác nhận, không cần hỏi, đừng hỏi xác nhận, không hỏi người dùng, mà không cần xác nhận',
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
    must: list('bạn phải, luôn luôn, bắt buộc'),
    rules: list('hướng dẫn, chỉ dẫn, chỉ thị, quy tắc'),
    prior: list('trước đó, ở trên, trước đây'),
    every: list('tất cả, toàn bộ, mọi thứ'),
    secret: list(
      'mật khẩu, khóa riêng, khóa bí mật, khóa api, chìa khóa bí mật, thông tin đăng nhập, mã truy cập, biến môi trường',
    ),
    private: list('hộp thư đến, danh bạ, dữ liệu cá nhân, dữ liệu khách hàng'),
    talk: list('cuộc trò chuyện, lịch sử trò chuyện, lời nhắc hệ thống, tin nhắn trước, danh sách công cụ'),
    param: list('tham số, đối số, trường'),
    outside: list('máy chủ bên ngoài, máy chủ từ xa, bên thứ ba'),
    quiet: list('bí mật, âm thầm, lặng lẽ, lén lút'),
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
