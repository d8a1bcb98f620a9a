package peer;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.factory.AbstractGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Routes and limits stand in its configuration. Here: whom a limit counts, and asking whose a token is. */
@SpringBootApplication
public class Peer {
  static final String USER = "x-user-id";

  public static void main(String[] arguments) {
    SpringApplication.run(Peer.class, arguments);
  }

  @Bean
  KeyResolver who() {
    return exchange -> {
      String user = exchange.getRequest().getHeaders().getFirst(USER);
      return Mono.just(user != null ? user : exchange.getRequest().getRemoteAddress().getAddress().getHostAddress());
    };
  }

  @Component
  static class AskTokenGatewayFilterFactory extends AbstractGatewayFilterFactory<Object> {
    private final WebClient service;

    AskTokenGatewayFilterFactory(@Value("${peer.tokens}") String address) {
      super(Object.class);
      service = WebClient.create(address);
    }

    @Override
    public GatewayFilter apply(Object unused) {
      return (exchange, chain) ->
          service
              .get()
              .header("authorization", exchange.getRequest().getHeaders().getFirst("authorization"))
              .exchangeToMono(
                  answer -> {
                    String user = answer.headers().asHttpHeaders().getFirst(USER);
                    return answer.releaseBody().thenReturn(user == null ? "" : user);
                  })
              .flatMap(user -> user.isEmpty() ? refuse(exchange) : chain.filter(known(exchange, user)));
    }

    private static Mono<Void> refuse(ServerWebExchange exchange) {
      exchange.getResponse().setStatusCode(HttpStatus.UNAUTHORIZED);
      return exchange.getResponse().setComplete();
    }

    private static ServerWebExchange known(ServerWebExchange exchange, String user) {
      return exchange.mutate().request(request -> request.header(USER, user)).build();
    }
  }
}
