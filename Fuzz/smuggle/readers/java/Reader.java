// Jackson over BufferedReader.readLine (which ends lines at a bare CR), reading values until the line is used up, once
// as it is set up by default and once accepting keys without regard to case.
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

public class Reader {
  public static class Params {
    public JsonNode name;
    public JsonNode arguments;
  }

  public static class Arguments {
    public JsonNode path;
  }

  public static class Message {
    public JsonNode id;
    public JsonNode method;
    public JsonNode params;
  }

  static final JsonMapper mapper = JsonMapper.builder()
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  static final JsonMapper folding = JsonMapper.builder()
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES).build();

  static String quoted(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "._~/-".indexOf(c) >= 0)) out.append(c);
      else out.append(String.format("%%%02X", b & 0xff));
    }
    return out.toString();
  }

  static String spelledId(JsonNode id) {
    if (id == null || id.isNull()) return "?";
    if (id.isTextual()) return "s" + quoted(id.textValue());
    return id.isIntegralNumber() ? "i" + id.bigIntegerValue() : "odd";
  }

  static String text(JsonNode node) {
    return node != null && node.isTextual() ? quoted(node.textValue()) : "?";
  }

  static void messages(JsonMapper mapper, JsonNode value, List<String> found) throws Exception {
    if (value.isArray()) {
      for (JsonNode item : value) messages(mapper, item, found);
      return;
    }
    if (!value.isObject()) return;
    add(mapper, mapper.treeToValue(value, Message.class), found);
  }

  static void add(JsonMapper mapper, Message message, List<String> found) throws Exception {
    String id = spelledId(message.id);
    if (message.method == null || !message.method.isTextual()) {
      if (message.id != null) found.add("answer|" + id + "||");
      return;
    }
    String method = message.method.textValue();
    if (!method.equals("tools/call")) {
      found.add("other|" + id + "|" + quoted(method) + "|");
      return;
    }
    Params params = message.params != null && message.params.isObject()
        ? mapper.treeToValue(message.params, Params.class) : new Params();
    Arguments arguments = params.arguments != null && params.arguments.isObject()
        ? mapper.treeToValue(params.arguments, Arguments.class) : new Arguments();
    found.add("call|" + id + "|" + text(params.name) + "|" + text(arguments.path));
  }

  public static void main(String[] words) throws Exception {
    JsonMapper chosen = words.length > 1 && words[1].equals("--folding") ? folding : mapper;
    byte[] content = Files.readAllBytes(Path.of(words[0]));
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    StringBuilder all = new StringBuilder();
    int start = 0;
    while (start < content.length) {
      int end = start;
      while (end < content.length && content[end] != '\n') end++;
      List<String> found = new ArrayList<>();
      BufferedReader lines = new BufferedReader(
          new InputStreamReader(new ByteArrayInputStream(content, start, end - start), StandardCharsets.UTF_8));
      start = end + 1;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        try (JsonParser parser = chosen.createParser(line)) {
          while (parser.nextToken() != null) messages(chosen, chosen.readTree(parser), found);
        } catch (Exception | StackOverflowError error) {
          // Whatever came before it was seen.
        }
      }
      all.append(found.isEmpty() ? "-" : String.join("\t", found)).append('\n');
    }
    out.print(all);
    out.flush();
  }
}
